"""Watching: alerts, series; the one search box, stories; and the audit log."""

from typing import Annotated, Literal

from pydantic import Field

from tieline.model.base.errors import NotFound
from tieline.model.people.alert import AlertKind, AlertRow, AlertState
from tieline.model.views.rows import AuditRow
from tieline.model.views.series import ReadSeries, Series
from tieline.model.views.views import ListAlerts, ListAudit, Window
from tieline.model.views.work_lists import Find, Match
from tieline.operations.audit import Chain, check_chain
from tieline.operations.story import Story, story
from tieline.rules.formats.plain_time import moment
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import (
    LONGEST,
    NUMBER,
    WHEN,
    Listed,
    Listing,
    TimedListing,
    by_key,
    in_order,
    listed,
    window,
)
from tieline.surfaces.web.problem import Problem

LAST = 2**63 - 1


class AlertQuery(Listing):
    """Which alerts."""

    kind: AlertKind | None = None
    state: AlertState | None = None
    owner: str | None = Field(None, max_length=LONGEST)
    subject: str | None = Field(None, max_length=LONGEST, description="Such as flow:post_invoice.")

    ended: bool = Field(False, description="Also those that ended of late.")  # noqa: FBT003


class SeriesQuery(ApiBody):
    """Which series."""

    kind: Literal["all", "source", "flow", "connection", "issue"] = "all"
    name: str = Field("", max_length=LONGEST)
    since: Annotated[str, Field(pattern=WHEN, max_length=40)] = "1h"
    until: str | None = Field(None, pattern=WHEN, max_length=40)
    step_minutes: int = Field(1, ge=1, le=1440)


class MatchQuery(Listing):
    """What is searched for."""

    q: str = Field(min_length=1, max_length=LONGEST, description="An id, a business key, …")


class StoryQuery(ApiBody):
    """Whose story."""

    about: str = Field(
        min_length=1, max_length=LONGEST, description="Any id, or a business name: order:84219."
    )
    tenant: str | None = Field(
        None, max_length=LONGEST, description="Whose, where several tenants have one of this name."
    )


class AuditQuery(TimedListing):
    """Which lines."""

    subject: str | None = Field(None, max_length=LONGEST)


async def list_alerts(ask: ApiRequest) -> Listed[AlertRow]:
    """What fires, the newest first."""
    q: AlertQuery = ask.query
    wanted = {"kind": q.kind, "state": q.state, "owner": q.owner, "subject": q.subject}
    ended = q.ended or q.state == AlertState.ENDED
    rows = [
        row
        for row in await ask.parts.views.read(ListAlerts(ended))
        if all(value in {None, getattr(row, name)} for name, value in wanted.items())
    ]
    return by_key(ask, rows, lambda row: f"{LAST - row.since_us:019d} {row.key}"[:LONGEST])


async def read_series(ask: ApiRequest) -> Series:
    """How something went over time."""
    q: SeriesQuery = ask.query
    now_us = ask.now_us()
    since_us = moment(q.since, now_us, name="since")
    until_us = now_us if q.until is None else moment(q.until, now_us, name="until")
    if not since_us < until_us:
        words = f"since is {q.since!r}, which is not before until ({q.until or 'now'!r})"
        raise Problem("invalid", f"{words}; use an earlier one")
    step_us = q.step_minutes * 60_000_000
    return await ask.parts.views.read(ReadSeries(q.kind, q.name, since_us, until_us, step_us))


async def list_matches(ask: ApiRequest) -> Listed[Match]:
    """What is known under a text, best first."""
    return in_order(ask, await ask.parts.views.read(Find(ask.query.q)))


async def tell_story(ask: ApiRequest) -> Story:
    """Everything that happened to one thing, in plain words."""
    return await story(ask.parts.views, ask.query.about, tenant=ask.query.tenant)


async def list_audit(ask: ApiRequest) -> Listed[AuditRow]:
    """What people did, newest first."""
    return listed(
        await ask.parts.views.read(ListAudit(ask.query.subject, await window(ask, NUMBER)))
    )


async def show_audit(ask: ApiRequest) -> AuditRow:
    """One line."""
    text = ask.path["line"]
    if text.isascii() and text.isdigit() and len(text) < 19:
        before = str(int(text) + 1)
        page = await ask.parts.views.read(ListAudit(window=Window(before=before, limit=1)))
        for row in page.rows:
            if row.seq == int(text):
                return row
    raise NotFound("audit line", text[:80])


async def check_audit(ask: ApiRequest) -> Chain:
    """Follow the chain of hashes from the first line to the last."""
    return await check_chain(ask.parts.views)


_READ, _SEARCH = Permission.READ, Permission.SEARCH
ENDPOINTS = (
    Endpoint("GET", "/alerts", _READ, "List alerts", list_alerts, Listed[AlertRow],
             query=AlertQuery),
    Endpoint("GET", "/series", _READ, "Show how something went over time", read_series, Series,
             query=SeriesQuery),
    Endpoint("GET", "/matches", _SEARCH, "Find by any id or business key", list_matches,
             Listed[Match], query=MatchQuery),
    Endpoint("GET", "/stories", _SEARCH, "Tell the story of one thing", tell_story, Story,
             query=StoryQuery, problems=("not-found", "refused")),
    Endpoint("GET", "/audit-entries", _READ, "List what people did", list_audit,
             Listed[AuditRow], query=AuditQuery),
    Endpoint("GET", "/audit-entries/chain", _READ, "Check that no line was changed", check_audit,
             Chain),
    Endpoint("GET", "/audit-entries/{line}", _READ, "Show one line", show_audit, AuditRow,
             problems=("not-found",)),
)  # fmt: skip
