"""Tallying: what one process counted comes in; it is added to what all of them have counted."""

from tieline.adapters.sql.statement import Steps, ask_set, put
from tieline.model.commands import Counted, DeliveryTime, KeepTally
from tieline.rules.inbound.cadence import Cadence, heard_again


def keep(command: KeepTally) -> Steps[Counted]:
    """Add the counts, and learn the rhythm of the sources. In one order, so that nobody waits in a
    ring."""
    yield from put("tally_add", sorted(command.rows))
    if command.heard:
        yield from _hear({heard.source: heard for heard in command.heard})
    return Counted(len(command.rows))


def _hear(heard: dict[str, DeliveryTime]) -> Steps[None]:
    ordered = sorted(heard)
    rows = yield from ask_set("rhythm_get", [(name,) for name in ordered])
    known = {row[0]: Cadence(*row[1:]) for row in rows}
    fresh = {name: heard_again(known.get(name), heard[name]) for name in ordered}
    kept = [(n, r.last_us, r.gap_us, r.longest_us, r.heard) for n, r in fresh.items()]
    yield from put("rhythm_set", kept)
