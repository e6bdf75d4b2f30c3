"""Tokens: keys by which programs use the API, each with what it is for and how long."""

from dataclasses import dataclass
from typing import Annotated

import typer

from tieline.features.access.model import AddToken, ListTokens, RevokeToken, TokenRow
from tieline.features.access.rules import credentials as rule
from tieline.model.base.by import By
from tieline.model.people.role import Scope
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, when
from tieline.surfaces.cli.session import CliSession

app = o.noun("Tokens: keys by which programs use the API.")

DAY_US = 86_400_000_000

COLUMNS: tuple[Column[TokenRow], ...] = (
    Column("TOKEN", lambda row: row.id),
    Column("NAME", lambda row: row.name),
    Column("FOR", lambda row: ", ".join(row.scopes)),
    Column("OWNER", lambda row: row.owner),
    Column("EXPIRES (UTC)", lambda row: when(row.expires_us)),
    Column("LAST USE (UTC)", lambda row: when(row.used_us)),
)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List tokens by name; the tokens themselves are not stored."""
    session = o.session_of(context)
    session.paper.table(COLUMNS, session.ask(ListTokens()))


@app.command()
def add(  # noqa: PLR0913 - what a token is
    context: typer.Context,
    name: str,
    *,
    scope: Annotated[
        list[Scope], typer.Option(help="status, search, read, operate, metrics or admin; repeat.")
    ],
    owner: Annotated[
        str | None, typer.Option(help="A user whose role bounds it, and with whom it goes.")
    ] = None,
    days: Annotated[
        float, typer.Option(min=0, max=3650, help="Until it expires; 0: it never does.")
    ] = 90.0,
    reason: o.Reason = None,
) -> None:
    """Make a token and print it, once."""
    session = o.session_of(context)
    by = session.by(reason)
    scopes = tuple(str(one) for one in dict.fromkeys(scope))
    wanted = NewToken(name, scopes, owner, days, by)
    id_, key = (
        _made(session, wanted) if session.far is None else session.run(_there(session, wanted))
    )
    ever = "" if days else " and never expires"
    session.done(f"{name} is good for {', '.join(scopes)}{ever}; it is shown only now: {key}",
                 token=key, id=id_, name=name)  # fmt: skip


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that shall be made."""

    name: str
    scopes: tuple[str, ...]
    owner: str | None
    days: float
    by: By


def _made(session: CliSession, wanted: NewToken) -> tuple[str, str]:
    key = rule.TOKEN_PREFIX + session.target().secrecy.key()
    command = AddToken(
        id=f"tok_{rule.digest(key)[:12]}",
        name=wanted.name,
        hash=rule.digest(key),
        owner=wanted.owner,
        scopes=wanted.scopes,
        expires_us=wanted.by.at_us + int(wanted.days * DAY_US) if wanted.days else None,
        by=wanted.by,
    )
    session.change(lambda journal: journal.commit(command))
    return command.id, key


async def _there(session: CliSession, wanted: NewToken) -> tuple[str, str]:
    """The hub elsewhere makes it: a key that it did not make itself it would not take."""
    asked = {
        "name": wanted.name,
        "scopes": list(wanted.scopes),
        "owner": wanted.owner,
        "days": wanted.days,
        "reason": wanted.by.reason,
    }
    async with session.hub_there() as hub:
        return await hub.make_token(asked)


@app.command()
def revoke(context: typer.Context, token: str, *, reason: o.Reason = None) -> None:
    """Make a token void, by its id or its name."""
    session = o.session_of(context)
    by = session.by(reason)
    session.change(lambda journal: journal.commit(RevokeToken(token, by)))
    session.done(f"{token} is void", token=token)
