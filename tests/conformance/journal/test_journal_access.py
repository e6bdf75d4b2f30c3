"""Access: users, sessions, tokens and kept answers, each change noted in the audit log."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from tests.makers import START_US, by
from tests.stores import Store

from tieline.features.access import model as m
from tieline.model.base.by import By
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.command import Command
from tieline.model.people.kept_answer import KeepAnswer, KeyTaken, ReturnKey, TakeKey
from tieline.rules.people.audit_chain import first_break

HASH = "$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA"
DAY_US = 86_400_000_000


async def add(store: Store, name: str, role: str = "viewer", password: str | None = HASH) -> None:
    await store.journal.commit(m.AddUser(name, role, password, by()))


async def log_in(store: Store, name: str, hash_: str, *, replaces: str | None = None) -> None:
    await store.journal.commit(
        m.OpenSession(hash_, name, START_US + DAY_US, "192.0.2.1", "a browser", START_US, replaces)
    )


async def token(store: Store, name: str, owner: str | None = None, hash_: str = "") -> None:
    command = m.AddToken(f"tok_{name}", name, hash_ or f"h-{name}", owner, ("read",), None, by())
    await store.journal.commit(command)


async def users(store: Store) -> Sequence[tuple[str, str]]:
    return [(row.name, row.role) for row in await store.views.read(m.ListUsers())]


async def test_a_user_is_made_once(store: Store) -> None:
    await add(store, "bob")
    await add(store, "ann", "admin", None)

    with pytest.raises(Conflict, match="'ann' already"):
        await add(store, "ann")
    assert await users(store) == [("ann", "admin"), ("bob", "viewer")]
    (ann, bob) = await store.views.read(m.ListUsers())
    assert (ann.has_password, bob.has_password) == (False, True)
    found = await store.views.read(m.FindCredentials("bob"))
    assert found == m.Credentials("bob", "viewer", HASH)
    assert await store.views.read(m.FindCredentials("nobody")) is None


async def test_somebody_is_left_who_can_change_roles(store: Store) -> None:
    await add(store, "ann", "admin")
    await add(store, "invited", "admin", None)

    for command in (m.SetRole("ann", "viewer", by()), m.RemoveUser("ann", by())):
        with pytest.raises(Conflict, match="only administrator"):
            await store.journal.commit(command)

    await store.journal.commit(m.SetPassword("invited", HASH, by()))
    await store.journal.commit(m.SetRole("ann", "support", by()))
    assert await users(store) == [("ann", "support"), ("invited", "admin")]


@pytest.mark.parametrize(
    "command",
    [
        m.SetRole("nobody", "admin", by()),
        m.SetPassword("nobody", HASH, by()),
        m.RemoveUser("nobody", by()),
        m.OpenSession("h", "nobody", START_US, "", "", START_US),
        m.AddToken("tok_1", "ci", "h", "nobody", ("read",), None, by()),
        m.RevokeToken("nothing", by()),
        m.AcceptInvite("nothing", "ann", HASH, START_US),
    ],
    ids=lambda command: type(command).__name__,
)
async def test_what_is_not_there_cannot_be_changed(store: Store, command: Command[Any]) -> None:
    with pytest.raises(NotFound):
        await store.journal.commit(command)

    assert await store.audit() == []


async def test_a_session_stands_for_its_user_as_they_are_now(store: Store) -> None:
    await add(store, "ann", "admin")
    await add(store, "bob", "operator")
    await log_in(store, "bob", "s1")
    await store.journal.commit(m.TouchSession("s1", START_US + 5))
    await store.journal.commit(m.SetRole("bob", "support", by()))

    assert await store.views.read(m.FindSession("s1")) == m.SessionRow(
        "bob", "support", START_US, START_US + 5, START_US + DAY_US, "192.0.2.1", "a browser"
    )
    assert await store.views.read(m.FindSession("s2")) is None


async def test_a_session_ends_by_log_out_new_log_in_new_password_and_removal(store: Store) -> None:
    await add(store, "ann", "admin")
    await add(store, "bob")

    async def left() -> list[str]:
        names = [f"s{n}" for n in range(1, 6)]
        return [n for n in names if await store.views.read(m.FindSession(n)) is not None]

    for number in range(1, 4):
        await log_in(store, "bob", f"s{number}")
    await log_in(store, "bob", "s4", replaces="s3")
    await store.journal.commit(m.EndSession("s1", By("bob", "log out", START_US)))
    assert await left() == ["s2", "s4"]
    await store.journal.commit(m.SetPassword("bob", HASH, by(), keep="s4"))
    assert await left() == ["s4"]
    await log_in(store, "bob", "s5")
    ended = await store.journal.commit(m.EndSessions("bob", by()))
    assert (ended.count, await left()) == (2, [])
    await log_in(store, "bob", "s1")
    await store.journal.commit(m.RemoveUser("bob", by()))
    assert await left() == []


async def test_sessions_that_are_over_are_cleared_away_by_the_next(store: Store) -> None:
    await add(store, "ann")
    await log_in(store, "ann", "old")
    late = START_US + 2 * DAY_US
    await store.journal.commit(m.OpenSession("new", "ann", late + 1, "", "", late))

    assert await store.views.read(m.FindSession("old")) is None
    assert [row.opened_us for row in await store.views.read(m.ListSessions("ann"))] == [late]


async def test_a_token_is_bounded_by_its_owner_and_goes_with_them(store: Store) -> None:
    await add(store, "ann", "admin")
    await add(store, "bob", "operator")
    await token(store, "ci")
    await token(store, "bobs", "bob")

    with pytest.raises(Conflict, match="'ci' already"):
        await token(store, "ci", hash_="another")
    found = await store.views.read(m.FindToken("h-bobs"))
    assert found is not None
    assert (found.owner, found.role, found.scopes) == ("bob", "operator", ("read",))
    await store.journal.commit(m.TouchToken("tok_bobs", START_US + 9))
    assert [row.used_us for row in await store.views.read(m.ListTokens())] == [START_US + 9, None]
    await store.journal.commit(m.RemoveUser("bob", by()))
    assert await store.views.read(m.FindToken("h-bobs")) is None
    for name in ("ci", "tok_other"):
        await token(store, "other") if name == "tok_other" else None
        await store.journal.commit(m.RevokeToken(name, by()))
    assert await store.views.read(m.ListTokens()) == ()


def an_invite(hash_: str, user: str | None = None, **changes: object) -> m.AddInvite:
    fields: dict[str, object] = {"role": "operator", "is_first": user is None} | changes
    return m.AddInvite(
        hash_, user, str(fields["role"]), bool(fields["is_first"]), START_US + DAY_US, by()
    )


async def test_the_first_invitation_makes_the_first_user_once(store: Store) -> None:
    await store.journal.commit(an_invite("h0", role="admin"))
    await store.journal.commit(an_invite("h1", role="admin"))

    tries = [
        store.journal.commit(m.AcceptInvite(hash_, name, HASH, START_US))
        for hash_, name in (("h0", "ann"), ("h1", "eve"), ("h1", "bob"), ("h0", "ann"))
    ]
    done = await asyncio.gather(*tries, return_exceptions=True)
    kinds = sorted(type(one).__name__ for one in done)
    assert kinds.count("Counted") == 1
    assert set(kinds) <= {"Counted", "NotFound", "Conflict"}
    assert [role for _, role in await users(store)] == ["admin"]


async def test_the_first_invitation_is_void_once_there_is_a_user(store: Store) -> None:
    await store.journal.commit(an_invite("h1", role="admin"))
    await add(store, "bob")

    with pytest.raises(Conflict, match="there are users already"):
        await store.journal.commit(m.AcceptInvite("h1", "eve", HASH, START_US))


async def test_an_invitation_is_for_one_user_until_its_time(store: Store) -> None:
    await add(store, "bob", "support")
    await log_in(store, "bob", "s1")
    await store.journal.commit(an_invite("h1", "bob"))
    await store.journal.commit(an_invite("h2", "eve"))

    with pytest.raises(Conflict, match="is for 'bob'"):
        await store.journal.commit(m.AcceptInvite("h1", "eve", HASH, START_US))
    with pytest.raises(NotFound):
        await store.journal.commit(m.AcceptInvite("h1", "bob", HASH, START_US + DAY_US))
    await store.journal.commit(m.AcceptInvite("h1", "bob", HASH, START_US))
    await store.journal.commit(m.AcceptInvite("h2", "eve", HASH, START_US))

    assert await users(store) == [("bob", "support"), ("eve", "operator")]
    assert await store.views.read(m.FindSession("s1")) is None
    with pytest.raises(NotFound):
        await store.journal.commit(m.AcceptInvite("h1", "bob", HASH, START_US))


async def test_every_change_is_in_the_audit_chain_and_no_hash_is(store: Store) -> None:
    await add(store, "ann", "admin")
    await log_in(store, "ann", "session-hash")
    await store.journal.commit(m.SetPassword("ann", HASH, by()))
    await token(store, "ci", hash_="token-hash")
    await store.journal.commit(an_invite("invite-hash", "bob"))
    await store.journal.commit(m.RevokeToken("ci", by()))
    lines = await store.audit()

    assert [(line.action, line.subject) for line in lines] == [
        ("add-user-as-admin", "user:ann"),
        ("log-in", "user:ann"),
        ("set-password", "user:ann"),
        ("add-token-to-read", "token:ci"),
        ("invite-as-operator", "user:bob"),
        ("revoke-token", "token:ci"),
    ]
    assert first_break(lines) is None
    assert "-hash" not in str(lines)
    assert HASH not in str(lines)


# --- kept answers ---------------------------------------------------------------------------------


async def take(store: Store, fingerprint: str, at_us: int = START_US) -> KeyTaken:
    return await store.journal.commit(
        TakeKey("ann", "k1", fingerprint, at_us, at_us - DAY_US, at_us - 60_000_000)
    )


async def test_a_key_is_taken_by_one_request(store: Store) -> None:
    taken = await asyncio.gather(*(take(store, f"f{n}") for n in range(5)))

    assert sum(one.fresh for one in taken) == 1
    (owner,) = {one.fingerprint for one in taken if not one.fresh}
    assert owner in {one.fingerprint for one in taken if one.fresh}


async def test_an_answer_is_kept_for_a_day(store: Store) -> None:
    await take(store, "f1")
    await store.journal.commit(KeepAnswer("ann", "k1", 202, b"{}"))

    assert await take(store, "f1", START_US + DAY_US) == KeyTaken(False, "f1", 202, b"{}")
    assert (await take(store, "f2", START_US + DAY_US + 1)).fresh


async def test_a_key_without_an_answer_is_free_again(store: Store) -> None:
    await take(store, "f1")
    assert not (await take(store, "f1", START_US + 60_000_000)).fresh
    await store.journal.commit(ReturnKey("ann", "k1"))
    assert (await take(store, "f1", START_US + 1)).fresh
    assert (await take(store, "f2", START_US + 60_000_002)).fresh
    await store.journal.commit(KeepAnswer("ann", "k1", 200, b"x"))
    await store.journal.commit(ReturnKey("ann", "k1"))

    assert (await take(store, "f3", START_US + 60_000_003)).status == 200
