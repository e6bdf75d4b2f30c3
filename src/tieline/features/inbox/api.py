"""Inbox calls: what waits for a person, and how much of it."""

import re

from pydantic import Field

from tieline.features.inbox.model import CountInbox, InboxCounts, ListInbox
from tieline.features.inbox.rules import narrowed, with_owners
from tieline.model.views.inbox import InboxItem
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, listed, window

CURSOR = re.compile(r"\d{1,18}:[a-z0-9_]{0,64}", re.ASCII)


class InboxQuery(Listing):
    """Which part of the inbox."""

    waits_as: str | None = Field(  # another kind than that of failures, which lists check
        None,
        alias="kind",
        max_length=LONGEST,
        description="hold, outcome-unknown, dead-letter or quarantine.",
    )
    flow: str | None = Field(None, max_length=LONGEST, description="Only of this flow.")
    owner: str | None = Field(None, max_length=LONGEST, description="Only what they own.")
    tenant: str | None = Field(None, max_length=LONGEST, description="Only of this tenant.")


async def list_inbox(ask: ApiRequest) -> Listed[InboxItem]:
    """What waits for a person, the oldest first; what is alike is one item."""
    q: InboxQuery = ask.query
    part = await window(ask, CURSOR)
    hub = ask.parts.hub
    asked = ListInbox(q.waits_as, q.flow, q.owner, tenant=q.tenant, window=part)
    return listed(with_owners(hub, await ask.parts.views.read(narrowed(hub, asked))))


async def count_inbox(ask: ApiRequest) -> InboxCounts:
    """How much waits, by kind."""
    return await ask.parts.views.read(CountInbox())


_READ = Permission.READ
ENDPOINTS = (
    Endpoint("GET", "/inbox", _READ, "List what waits for a person", list_inbox,
             Listed[InboxItem], query=InboxQuery, problems=("refused",)),
    Endpoint("GET", "/inbox/counts", _READ, "Count what waits for a person", count_inbox,
             InboxCounts),
)  # fmt: skip
