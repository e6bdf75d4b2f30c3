"""The calls of the API of the audit log."""

from pydantic import Field

from tieline.features.audit.chain import Chain, check_chain
from tieline.model.base.errors import NotFound
from tieline.model.views.rows import AuditRow
from tieline.model.views.views import ListAudit, Window
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, NUMBER, Listed, TimedListing, listed, window


class AuditQuery(TimedListing):
    """Which lines."""

    subject: str | None = Field(None, max_length=LONGEST)


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


_READ = Permission.READ
ENDPOINTS = (
    Endpoint("GET", "/audit-entries", _READ, "List what people did", list_audit,
             Listed[AuditRow], query=AuditQuery),
    Endpoint("GET", "/audit-entries/chain", _READ, "Check that no line was changed", check_audit,
             Chain),
    Endpoint("GET", "/audit-entries/{line}", _READ, "Show one line", show_audit, AuditRow,
             problems=("not-found",)),
)  # fmt: skip
