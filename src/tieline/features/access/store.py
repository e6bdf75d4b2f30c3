"""Access: users, sessions, tokens and invitations are changed, each change with its audit line."""

import orjson

from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, ask, do
from tieline.features.access import model as m
from tieline.features.access.reading import find_invite_row
from tieline.model.base.by import By
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.command import Counted
from tieline.model.people.role import Role

BITE = 500
"""Expired rows that one command clears away."""


# --- users ------------------------------------------------------------------------------------


def add_user(command: m.AddUser) -> Steps[Counted]:
    """Make a user."""
    made = yield from do(
        "access.account_insert",
        name=command.name,
        role=command.role,
        password=command.password,
        at_us=command.by.at_us,
    )
    if not made:
        raise Conflict(f"there is a user {command.name!r} already")
    yield from audit(command.by, f"add-user-as-{command.role}", f"user:{command.name}")
    return Counted(1)


def set_role(command: m.SetRole) -> Steps[Counted]:
    """Change a role; somebody must be left who can change it back."""
    yield from _in_turn()
    role = yield from _role_of(command.name)
    if role == Role.ADMIN and command.role != Role.ADMIN:
        yield from _keep_an_admin(command.name)
    count = yield from do("access.account_role", name=command.name, role=command.role)
    yield from audit(command.by, f"make-{command.role}", f"user:{command.name}")
    return Counted(count)


def set_password(command: m.SetPassword) -> Steps[Counted]:
    """Replace a password; whoever was logged in with the old one is out."""
    count = yield from do("access.account_password", name=command.name, password=command.password)
    if not count:
        raise NotFound("user", command.name)
    yield from do("access.session_delete_of", account=command.name, keep=command.keep or "")
    yield from audit(command.by, "set-password", f"user:{command.name}")
    return Counted(count)


def remove_user(command: m.RemoveUser) -> Steps[Counted]:
    """Remove a user, with everything that lets them in."""
    yield from _in_turn()
    if (yield from _role_of(command.name)) == Role.ADMIN:
        yield from _keep_an_admin(command.name)
    yield from do("access.session_delete_of", account=command.name, keep="")
    yield from do("access.token_delete_of", owner=command.name)
    yield from do("access.invite_delete_of", account=command.name)
    count = yield from do("access.account_delete", name=command.name)
    yield from audit(command.by, "remove-user", f"user:{command.name}")
    return Counted(count)


def add_invite(command: m.AddInvite) -> Steps[Counted]:
    """Store an invitation, in place of an older one for the same user.

    Several may make the first user, one of each process that starts: the first of them that is
    accepted makes the others void.
    """
    yield from do("access.invite_expire", now_us=command.by.at_us, limit=BITE)
    if command.user is not None:
        yield from do("access.invite_delete_of", account=command.user)
    yield from do(
        "access.invite_insert",
        hash=command.hash,
        account=command.user,
        role=command.role,
        is_first=int(command.is_first),
        expires_us=command.expires_us,
    )
    about = "the first user" if command.user is None else f"user:{command.user}"
    yield from audit(command.by, f"invite-as-{command.role}", about)
    return Counted(1)


def accept_invite(command: m.AcceptInvite) -> Steps[Counted]:
    """Use an invitation up: in the same commit there is a user, or a new password."""
    yield from _in_turn()
    invite = yield from find_invite_row(command.hash)
    if invite is None or invite.expires_us <= command.at_us:
        raise NotFound("invitation", "that was given")
    if invite.is_first and (yield from ask("access.account_list", limit=1)):
        raise Conflict("there are users already; ask one of them for an invitation")
    if invite.user is not None and invite.user != command.name:
        raise Conflict(f"the invitation is for {invite.user!r}, not for {command.name!r}")
    made = yield from do(
        "access.account_insert",
        name=command.name,
        role=invite.role,
        password=command.password,
        at_us=command.at_us,
    )
    if not made and invite.user is None:
        raise Conflict(f"there is a user {command.name!r} already")
    if not made:
        yield from do("access.account_password", name=command.name, password=command.password)
        yield from do("access.session_delete_of", account=command.name, keep="")
    yield from do("access.invite_delete", hash=command.hash)
    by = By(command.name, "accepted an invitation", command.at_us)
    yield from audit(by, "accept-invitation", f"user:{command.name}")
    return Counted(1)


def _role_of(name: str) -> Steps[str]:
    rows = yield from ask("access.account_find", name=name)
    if not rows:
        raise NotFound("user", name)
    return str(rows[0][1])


def _keep_an_admin(name: str) -> Steps[None]:
    ((others,),) = yield from ask("access.account_other_admins", name=name)
    if not others:
        raise Conflict(f"{name!r} is the only administrator; make another one first")


def _in_turn() -> Steps[None]:
    """Where transactions run side by side, what is decided by a look must be decided alone."""
    yield from ask("audit_last")


# --- sessions and tokens ----------------------------------------------------------------------


def open_session(command: m.OpenSession) -> Steps[Counted]:
    """Log in; the session that the browser had before is no longer good."""
    if not (yield from do("access.account_login", name=command.user, at_us=command.at_us)):
        raise NotFound("user", command.user)
    yield from do("access.session_expire", now_us=command.at_us, limit=BITE)
    if command.replaces is not None:
        yield from do("access.session_delete", hash=command.replaces)
    yield from do(
        "access.session_insert",
        hash=command.hash,
        account=command.user,
        at_us=command.at_us,
        expires_us=command.expires_us,
        address=command.address,
        agent=command.agent,
    )
    by = By(command.user, f"from {command.address or 'an unknown address'}", command.at_us)
    yield from audit(by, "log-in", f"user:{command.user}")
    return Counted(1)


def touch_session(command: m.TouchSession) -> Steps[Counted]:
    """Note a use."""
    return Counted((yield from do("access.session_touch", hash=command.hash, at_us=command.at_us)))


def end_session(command: m.EndSession) -> Steps[Counted]:
    """Log out."""
    count = yield from do("access.session_delete", hash=command.hash)
    if count:
        yield from audit(command.by, "log-out", f"user:{command.by.actor}")
    return Counted(count)


def end_sessions(command: m.EndSessions) -> Steps[Counted]:
    """Log out everywhere."""
    count = yield from do("access.session_delete_of", account=command.user, keep="")
    yield from audit(command.by, "log-out-everywhere", f"user:{command.user}")
    return Counted(count)


def add_token(command: m.AddToken) -> Steps[Counted]:
    """Store a token."""
    if command.owner is not None:
        yield from _role_of(command.owner)
    made = yield from do(
        "access.token_insert",
        id=command.id,
        name=command.name,
        hash=command.hash,
        owner=command.owner,
        scopes=orjson.dumps(command.scopes).decode(),
        at_us=command.by.at_us,
        expires_us=command.expires_us,
    )
    if not made:
        raise Conflict(f"there is a token {command.name!r} already; revoke it, or use another name")
    yield from audit(
        command.by, f"add-token-to-{'-'.join(command.scopes)}", f"token:{command.name}"
    )
    return Counted(1)


def touch_token(command: m.TouchToken) -> Steps[Counted]:
    """Note a use."""
    return Counted((yield from do("access.token_touch", id=command.id, at_us=command.at_us)))


def revoke_token(command: m.RevokeToken) -> Steps[Counted]:
    """Make a token void."""
    rows = yield from ask("access.token_delete", token=command.token)
    if not rows:
        raise NotFound("token", command.token)
    yield from audit(command.by, "revoke-token", f"token:{rows[0][0]}")
    return Counted(len(rows))
