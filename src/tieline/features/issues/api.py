"""Issue calls: the list of issues, one of them, and what people say becomes of it."""

import re
from typing import Any, Literal

from pydantic import Field

from tieline.features.issues.model import (
    UNRESOLVED,
    AcknowledgeIssue,
    IssueDetail,
    IssueRow,
    ListIssues,
    MuteIssue,
    ReopenIssue,
    ResolveIssue,
    ShowIssue,
)
from tieline.model.base.ids import IssueId
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import Why
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint, Handler
from tieline.surfaces.api.lists import LONGEST, Listed, TimedListing, listed, window

HOUR_US = 3_600_000_000
CURSOR = re.compile(r"\d{1,18}:(iss_[0-9a-f]{1,64})?", re.ASCII)
"""When the last issue of a page failed last, and its id."""


class IssueQuery(TimedListing):
    """Which issues."""

    state: Literal["unresolved", "open", "acknowledged", "muted", "resolved", "all"] = "unresolved"
    flow: str | None = Field(None, max_length=LONGEST)
    connection: str | None = Field(None, max_length=LONGEST)
    source: str | None = Field(None, max_length=LONGEST)
    kind: str | None = Field(None, max_length=LONGEST)
    tenant: str | None = Field(None, max_length=LONGEST)


class Muting(Why):
    """How long to keep quiet."""

    hours: float | None = Field(None, gt=0, le=24 * 365, description="None: until reopened.")


async def list_issues(ask: ApiRequest) -> Listed[IssueRow]:
    """Issues, the latest failure first."""
    q: IssueQuery = ask.query
    groups = {"unresolved": UNRESOLVED, "all": ()}
    states = groups.get(q.state, (q.state,))
    part = await window(ask, CURSOR)
    question = ListIssues(states, q.flow, q.connection, q.source, q.kind, part, tenant=q.tenant)
    return listed(await ask.parts.views.read(question))


async def show_issue(ask: ApiRequest) -> IssueDetail:
    """One issue with samples of what it touches."""
    return await ask.parts.views.read(ShowIssue(IssueId(ask.path["id"])))


def judge(make: type[AcknowledgeIssue | ResolveIssue | ReopenIssue]) -> Handler:
    """Change the state of an issue."""

    async def handler(ask: ApiRequest) -> IssueDetail:
        await ask.parts.carry_out(make(IssueId(ask.path["id"]), ask.by(ask.body.reason)))
        return await show_issue(ask)

    return handler


async def mute(ask: ApiRequest) -> IssueDetail:
    """Keep an issue quiet."""
    body: Muting = ask.body
    by = ask.by(body.reason)
    until_us = None if body.hours is None else by.at_us + int(body.hours * HOUR_US)
    await ask.parts.carry_out(MuteIssue(IssueId(ask.path["id"]), by, until_us))
    return await show_issue(ask)


_READ, _OPERATE = Permission.READ, Permission.OPERATE
_CHANGE: dict[str, Any] = {"problems": ("not-found", "conflict")}
ENDPOINTS = (
    Endpoint("GET", "/issues", _READ, "List issues", list_issues, Listed[IssueRow],
             query=IssueQuery),
    Endpoint("GET", "/issues/{id}", _READ, "Show an issue", show_issue, IssueDetail,
             problems=("not-found",)),
    Endpoint("POST", "/issues/{id}/acknowledge", _OPERATE, "Say that somebody works on it",
             judge(AcknowledgeIssue), IssueDetail, body=Why, **_CHANGE),
    Endpoint("POST", "/issues/{id}/resolve", _OPERATE, "Say that it is fixed",
             judge(ResolveIssue), IssueDetail, body=Why, **_CHANGE),
    Endpoint("POST", "/issues/{id}/reopen", _OPERATE, "Open it again", judge(ReopenIssue),
             IssueDetail, body=Why, **_CHANGE),
    Endpoint("POST", "/issues/{id}/mute", _OPERATE, "Keep it quiet", mute, IssueDetail,
             body=Muting, **_CHANGE),
)  # fmt: skip
