"""Quarantine: deliveries that are kept aside are discarded, planned first."""

from typing import Annotated

from pydantic import Field

from tieline.model.base.by import NOBODY
from tieline.model.base.ids import IssueId, ReceiptId
from tieline.model.people.decisions import MOST_DECIDED, CloseDeliveries, Decided
from tieline.model.plans.plan import Plan
from tieline.model.views.plans import PlanClosing
from tieline.operations.planning import check_unchanged
from tieline.rules.people.access import Permission
from tieline.surfaces.api.bodies import AsPlanned, Reason
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST

_Text = Annotated[str, Field(max_length=LONGEST)]


class DeliveryFilter(ApiBody):
    """Which deliveries are meant: named ones, or those that wait of a
    source, an issue or a tenant."""

    receipt_ids: list[_Text] = Field([], max_length=MOST_DECIDED)
    source: _Text | None = None
    issue: _Text | None = None
    tenant: _Text | None = None


class Closing(ApiBody):
    """Deliveries in quarantine that get no run."""

    receipt_ids: list[_Text] = Field(min_length=1, max_length=MOST_DECIDED)
    reason: Reason
    as_planned: AsPlanned = None


async def plan(ask: ApiRequest) -> Plan:
    """What discarding would do; changes nothing."""
    body: DeliveryFilter = ask.body
    issue = None if body.issue is None else IssueId(body.issue)
    return await ask.parts.plan(
        PlanClosing(_ids(body.receipt_ids), body.source, issue, body.tenant)
    )


async def close(ask: ApiRequest) -> Decided:
    """Close deliveries in quarantine without a run; each has its own line in the audit log."""
    body: Closing = ask.body
    ids = _ids(body.receipt_ids)
    if body.as_planned is not None:
        check_unchanged(body.as_planned, await ask.parts.plan_of(CloseDeliveries(ids, NOBODY)))
    closed: Decided = await ask.parts.carry_out(CloseDeliveries(ids, ask.by(body.reason)))
    return closed


def _ids(given: list[str]) -> tuple[ReceiptId, ...]:
    return tuple(ReceiptId(text) for text in dict.fromkeys(given))


ENDPOINTS = (
    Endpoint("POST", "/quarantined-receipts/plan", Permission.READ, "Say what discarding would do",
             plan, Plan, body=DeliveryFilter, problems=("refused",)),
    Endpoint("POST", "/quarantined-receipts/close", Permission.OPERATE,
             "Discard deliveries in quarantine", close, Decided, body=Closing,
             problems=("refused", "conflict")),
)  # fmt: skip
