"""Account calls: what became of all that was taken in, and the events behind each number."""

import re
from typing import Annotated, Literal

from pydantic import Field

from tieline.features.account.model import AccountRow, HubAccount
from tieline.features.account.window_account import behind, whole_account
from tieline.model.views.views import Window
from tieline.rules.formats.plain_time import moment
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.filters import check_names
from tieline.surfaces.api.lists import (
    LONGEST,
    WHEN,
    Listed,
    TimedListing,
    check_cursor,
    listed,
    window,
)
from tieline.surfaces.web.problem import Problem

CURSOR = re.compile(r"(evt|rct)_[0-9a-f]{32}|rct_~", re.ASCII)
LOOKS = 20
"""Slices of one answer."""
Stands = Literal[
    "done", "dead", "held", "cancelled", "waiting", "retrying", "ready", "running",
    "unmatched", "quarantined", "lost", "doubled", "forgotten",
]  # fmt: skip
_When = Annotated[str, Field(pattern=WHEN, max_length=40)]


class AccountQuery(ApiBody):
    """Which stretch of time."""

    since: _When = Field("1h", description="From then on: 30m, 2h, 7d, or ISO 8601.")
    until: _When | None = Field(None, description="Before then.")
    source: str | None = Field(None, max_length=LONGEST, description="Only of this source.")
    cursor: str | None = Field(
        None, max_length=LONGEST, description="Go on where an account that is not whole ended."
    )


class AccountListing(TimedListing):
    """Which of the events that a number counts."""

    stands: Stands = Field(description="The number.")
    source: str | None = Field(None, max_length=LONGEST, description="Only of this source.")


async def read_account(ask: ApiRequest) -> HubAccount:
    """Where everything stands that was accepted in a stretch of time."""
    q: AccountQuery = ask.query
    await check_names(ask)
    check_cursor(q.cursor, CURSOR)
    now_us = ask.now_us()
    since_us = moment(q.since, now_us, name="since")
    until_us = now_us if q.until is None else moment(q.until, now_us, name="until")
    if not since_us < until_us:
        words = f"since is {q.since!r}, which is not before until ({q.until or 'now'!r})"
        raise Problem("invalid", f"{words}; use an earlier one")
    part = Window(since_us, None if q.until is None else until_us, q.cursor)
    return await whole_account(ask.parts.views, part, source=q.source, looks=LOOKS)


async def list_account(ask: ApiRequest) -> Listed[AccountRow]:
    """The events behind one number of an account."""
    q: AccountListing = ask.query
    part = await window(ask, CURSOR)
    return listed(await behind(ask.parts.views, q.stands, part, source=q.source, looks=LOOKS))


_READ = Permission.READ
ENDPOINTS = (
    Endpoint("GET", "/account", _READ, "Say what became of all that was accepted", read_account,
             HubAccount, query=AccountQuery),
    Endpoint("GET", "/account/events", _READ, "List the events behind a number of the account",
             list_account, Listed[AccountRow], query=AccountListing),
)  # fmt: skip
