"""Tenant reading: a question about tenants comes in; a page of them, one, or the book, out."""

from tieline.adapters.sql.reading.showing import audit_of
from tieline.adapters.sql.statement import Steps, ask, ask_set
from tieline.features.tenants import model as v
from tieline.features.tenants.rules import as_rate
from tieline.model.base.errors import NotFound
from tieline.model.base.ids import NO_TENANT, TenantId
from tieline.model.hub.tenants import TenantBudget
from tieline.model.views.views import Page
from tieline.model.views.work_lists import Match
from tieline.rules.inbound.tenant_name import is_tenant_name

MOST_TENANTS = 200
"""On a page: each costs some looks at its work."""
UNMATCHED_LOOKED_AT = 1_000
MOST_IN_BOOK = 100_000


def tenants(q: v.ListTenants) -> Steps[Page[v.TenantRow]]:
    """A page of tenants, by name."""
    if q.name is not None:
        return Page((yield from _known(q.name)), None)
    limit = max(1, min(q.window.limit, MOST_TENANTS))
    after = q.window.before or NO_TENANT
    names = [row[0] for row in (yield from ask("tenants.page", after=after, limit=limit))]
    rows = yield from _rows(names[:limit])
    return Page(rows, names[limit - 1] if len(names) > limit else None)


def _rows(names: list[str]) -> Steps[tuple[v.TenantRow, ...]]:
    found = yield from ask_set("tenants.rows", [(name,) for name in names])
    return tuple(sorted((v.TenantRow(*row) for row in found), key=lambda row: row.name))


def tenant(q: v.ShowTenant) -> Steps[v.TenantDetail]:
    """One tenant. Raises NotFound."""
    rows = yield from _known(q.name)
    if not rows:
        raise NotFound("tenant", q.name)
    ((unmatched,),) = yield from ask("tenants.unmatched", name=q.name, look=UNMATCHED_LOOKED_AT)
    audit = yield from audit_of([f"tenant:{q.name}"])
    return v.TenantDetail(rows[0], unmatched, audit)


def _known(name: str) -> Steps[tuple[v.TenantRow, ...]]:
    if not (yield from ask("tenants.is_known", name=name)):
        return ()
    return (yield from _rows([name]))


def with_name(text: str) -> Steps[list[Match]]:
    """What the search finds by the name of a tenant."""
    if not is_tenant_name(text):
        return []
    rows = yield from _known(text)
    words = {True: "tenant", False: "tenant, paused"}
    return [Match("tenant", row.name, words[row.paused_us is None], row.last_us) for row in rows]


def book(q: v.ReadBook) -> Steps[v.BookRows]:
    """What the book of a process is made of."""
    rows = yield from ask("tenants.book", limit=MOST_IN_BOOK)
    queued = (yield from ask("tenants.queued", look=q.most)) if q.most else []
    return v.BookRows(
        tuple(v.OwnBudget(TenantId(row[0]), bool(row[1]), bool(row[2]), row[3], _budget(*row[4:]))
              for row in rows),
        tuple((TenantId(row[0]), int(row[1])) for row in queued),
    )  # fmt: skip


def _budget(
    count: int | None, per_us: int | None, at_once: int | None, queue: int | None
) -> TenantBudget:
    rate = None if count is None or per_us is None else as_rate(count, per_us)
    return TenantBudget(rate, at_once, queue)
