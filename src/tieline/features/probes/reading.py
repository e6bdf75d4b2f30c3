"""Reading: the probes as they are stored."""

from tieline.adapters.sql.statement import Steps, ask
from tieline.features.probes.model import ListProbes, ProbeRow, ShowProbe
from tieline.model.base.errors import NotFound


def probes(_: ListProbes) -> Steps[tuple[ProbeRow, ...]]:
    """All of them."""
    return tuple(ProbeRow(*row) for row in (yield from ask("probes.list")))


def probe(q: ShowProbe) -> Steps[ProbeRow]:
    """The latest of one connection. Raises NotFound."""
    rows = yield from ask("probes.get", connection=q.connection)
    if not rows:
        raise NotFound("probe of connection", q.connection)
    return ProbeRow(*rows[0])
