"""Account: what became of all that was accepted, and the list behind each number."""

from collections.abc import Sequence
from typing import Annotated

import typer

from tieline.features.account.model import (
    LISTED,
    STANDS,
    AccountRow,
    HubAccount,
    SourceAccount,
)
from tieline.features.account.rules import sentences
from tieline.features.account.window_account import behind, whole_account
from tieline.model.views.views import Page
from tieline.rules.formats.labels import label
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, Output, when
from tieline.surfaces.cli.session import MOST_LOOKS, CliSession, ListSpan

NOT_BALANCED = 1
ALL = 10_000
"""Slices: more than a store has."""
COLUMNS: tuple[Column[AccountRow], ...] = (
    Column("EVENT", lambda row: row.id),
    Column("RECORDED (UTC)", lambda row: when(row.at_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("SOURCE", lambda row: row.source),
    Column("TYPE", lambda row: row.type),
    Column("IDENTITY", lambda row: row.identity),
    Column("STANDS", lambda row: label(row.stands)),
)
Behind = Annotated[
    str | None,
    typer.Option("--list", help=f"The events behind a number: {', '.join(LISTED)}."),
]


def account(  # noqa: PLR0913 - the options of one list
    context: typer.Context,
    *,
    behind_: Behind = None,
    source: o.Source = None,
    since: o.Since = "1h",
    until: o.Until = None,
    limit: o.Limit = o.MANY,
    cursor: o.Cursor = None,
) -> None:
    """Where all stands that was accepted; ends with 1 if something is lost or doubled."""
    session = o.session_of(context)
    span = ListSpan(since, until, cursor, limit)
    if behind_ is None:
        _account(session, span, source)
        return
    o.one_of("--list", behind_, LISTED)
    page = _listed(session, span, source, behind_)
    session.paper.table(COLUMNS, page.rows)
    o.more(session, page.cursor)


def _account(session: CliSession, span: ListSpan, source: str | None) -> None:
    window = session.window(span, prefix="")

    async def read() -> HubAccount:
        async with session.views() as views:
            return await whole_account(views, window, source=source, looks=ALL)

    found = session.run(read())
    if session.paper.is_json:
        session.paper.json(found)
    else:
        tell(session.paper, found)
    if not found.balanced:
        raise typer.Exit(NOT_BALANCED)


def _listed(
    session: CliSession, span: ListSpan, source: str | None, stands: str
) -> Page[AccountRow]:
    window = session.window(span, prefix="")

    async def read() -> Page[AccountRow]:
        async with session.views() as views:
            return await behind(views, stands, window, source=source, looks=MOST_LOOKS)

    return session.run(read())


def tell(paper: Output, found: HubAccount) -> None:
    """The account, for people."""
    paper.table(_columns(found), found.sources)
    for words in sentences(found):
        paper.say(words)


def _columns(found: HubAccount) -> Sequence[Column[SourceAccount]]:
    shown = [one for one in STANDS if found.stands[one]]
    return (
        Column("SOURCE", lambda row: row.source),
        Column("ACCEPTED", lambda row: row.accepted),
        *(Column(label(one).upper(), lambda row, one=one: row.stands[one]) for one in shown),  # type: ignore[misc]
        Column("FORGOTTEN", lambda row: row.forgotten or None, is_rare=True),
        Column("LOST", lambda row: row.lost),
        Column("DOUBLED", lambda row: row.doubled),
        Column("REPEATS", lambda row: row.deliveries.get("duplicate") or None, is_rare=True),
        Column("REJECTED", lambda row: row.deliveries.get("refused") or None, is_rare=True),
    )
