"""The calls of the API of alerts."""

from pydantic import Field

from tieline.model.people.alert import AlertKind, AlertRow, AlertState, unwritten
from tieline.model.views.views import ListAlerts
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, Listed, Listing, by_key

LAST = 2**63 - 1


class AlertQuery(Listing):
    """Which alerts."""

    kind: AlertKind | None = None
    state: AlertState | None = None
    owner: str | None = Field(None, max_length=LONGEST)
    subject: str | None = Field(None, max_length=LONGEST, description="Such as flow:post_invoice.")

    ended: bool = Field(False, description="Also those that ended of late.")  # noqa: FBT003


async def with_unwritten(ask: ApiRequest, question: ListAlerts) -> tuple[AlertRow, ...]:
    """Those that are stored, and what this process cannot write down."""
    rows = await ask.parts.views.read(question)
    trouble = ask.parts.unwritten()
    return rows if trouble is None else (unwritten(trouble, ask.now_us()), *rows)


async def list_alerts(ask: ApiRequest) -> Listed[AlertRow]:
    """What fires, the newest first."""
    q: AlertQuery = ask.query
    wanted = {"kind": q.kind, "state": q.state, "owner": q.owner, "subject": q.subject}
    ended, pending = q.ended or q.state == AlertState.ENDED, q.state == AlertState.PENDING
    rows = [
        row
        for row in await with_unwritten(ask, ListAlerts(ended, pending))
        if all(value in {None, getattr(row, name)} for name, value in wanted.items())
    ]
    return by_key(ask, rows, lambda row: f"{LAST - row.since_us:019d} {row.key}"[:LONGEST])


ENDPOINTS = (
    Endpoint("GET", "/alerts", Permission.READ, "List alerts", list_alerts, Listed[AlertRow],
             query=AlertQuery),
)  # fmt: skip
