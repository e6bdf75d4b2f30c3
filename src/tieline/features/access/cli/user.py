"""Users: who may log in to the console, and as what."""

import getpass
import sys
from typing import Annotated

import typer

from tieline.features.access.model import (
    AddInvite,
    AddUser,
    ListUsers,
    RemoveUser,
    SetPassword,
    SetRole,
    UserRow,
)
from tieline.features.access.rules import credentials as rule
from tieline.model.base.by import By
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import Micros
from tieline.model.people.role import Role
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, exactly, when
from tieline.surfaces.cli.session import CliSession

app = o.noun("Users: who may log in to the console, and as what.")

COLUMNS: tuple[Column[UserRow], ...] = (
    Column("USER", lambda row: row.name),
    Column("ROLE", lambda row: row.role),
    Column("PASSWORD", lambda row: row.has_password),
    Column("MADE (UTC)", lambda row: when(row.created_us)),
    Column("LAST LOG-IN (UTC)", lambda row: when(row.login_us)),
)
As = Annotated[Role, typer.Option("--role", help="viewer, support, operator or admin.")]


@app.command("list")
def list_(context: typer.Context) -> None:
    """List users by name."""
    session = o.session_of(context)
    session.paper.table(COLUMNS, session.ask(ListUsers()))


@app.command()
def add(context: typer.Context, name: str, *, role: As, reason: o.Reason = None) -> None:
    """Make a user; asks for the password, or reads it from standard input."""
    session = o.session_of(context)
    user, by = rule.user_name(name), session.by(reason)
    _check_place(session, user)
    hashed = _hashed(session, user)
    session.change(lambda journal: journal.commit(AddUser(user, role, hashed, by)))
    session.done(f"{user} may log in as {role}", user=user, role=role)


@app.command()
def invite(context: typer.Context, name: str, *, role: As, reason: o.Reason = None) -> None:
    """Print a link by which somebody becomes a user, or chooses a new password; once, for a day."""
    session = o.session_of(context)
    user, by = rule.user_name(name), session.by(reason)
    if session.far is None:
        path, expires_us = _invited(session, user, role, by)
    else:
        path, expires_us = session.run(_invited_there(session, user, role, by))
    link = f"{session.console()}{path.lstrip('/')}"
    words = f"{user} may use this until {exactly(expires_us)}: {link}"
    session.done(words, user=user, role=role, link=link)


def _invited(session: CliSession, user: str, role: Role, by: By) -> tuple[str, Micros]:
    key, expires_us = session.target().secrecy.key(), by.at_us + rule.INVITE_US
    command = AddInvite(
        hash=rule.digest(key),
        user=user,
        role=role,
        is_first=False,
        expires_us=expires_us,
        by=by,
    )
    session.change(lambda journal: journal.commit(command))
    return f"/welcome/{key}", expires_us


async def _invited_there(session: CliSession, user: str, role: Role, by: By) -> tuple[str, Micros]:
    async with session.hub_there() as hub:
        return await hub.invite(user, role, by.reason)


@app.command("set-role")
def set_role(context: typer.Context, name: str, *, role: As, reason: o.Reason = None) -> None:
    """Change what a user is; it counts at once."""
    session = o.session_of(context)
    user, by = rule.user_name(name), session.by(reason)
    session.change(lambda journal: journal.commit(SetRole(user, role, by)))
    session.done(f"{user} is {role}", user=user, role=role)


@app.command("set-password")
def set_password(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """Replace a password; ends the user's sessions."""
    session = o.session_of(context)
    user, by = rule.user_name(name), session.by(reason)
    _check_place(session, user)
    hashed = _hashed(session, user)
    session.change(lambda journal: journal.commit(SetPassword(user, hashed, by)))
    session.done(f"{user} has a new password and is logged out", user=user)


@app.command()
def remove(context: typer.Context, name: str, *, reason: o.Reason = None) -> None:
    """Remove a user, with sessions and tokens."""
    session = o.session_of(context)
    user, by = rule.user_name(name), session.by(reason)
    session.change(lambda journal: journal.commit(RemoveUser(user, by)))
    session.done(f"{user} is removed", user=user)


def _check_place(session: CliSession, user: str) -> None:
    """A password is set beside the store, or by its owner. Raises SettingsError."""
    if session.far is not None:
        wanted = f"a password is set beside the store only; use: tieline user invite {user}"
        raise SettingsError("--url", session.far.url, wanted)


def _hashed(session: CliSession, user: str) -> str:
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {user}: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    rule.check_password(password, user)
    return session.run(session.target().secrecy.hash_password(password))
