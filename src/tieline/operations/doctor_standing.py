"""Doctor of standings: how sources and connections stand comes in; what is wrong goes out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.hub.flow import HubSpec
from tieline.model.inbound.receipt import Verdict
from tieline.model.views.rows import ConnectionStateRow, ReceiptRow
from tieline.model.views.series import HOUR_US, Point, ReadSums
from tieline.model.views.views import ListReceipts, Window
from tieline.operations.finding import Finding, Level
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.runs.failure import UNKNOWN_SOURCE
from tieline.rules.runs.waiting import why_shut
from tieline.rules.watch.alerts import FEWEST_REFUSALS, refused_only


@dataclass(frozen=True, slots=True)
class DoctorStandings:
    """How sources and connections stand, over all processes."""

    refusing: tuple[tuple[str, int, ReceiptRow | None], ...] = ()
    """Sources that refused all of the last hour: how many, and the latest of them."""
    states: tuple[ConnectionStateRow, ...] = ()


async def gather_standings(
    views: Views, states: tuple[ConnectionStateRow, ...], now_us: Micros
) -> DoctorStandings:
    """Read what is to be judged, beside the *states* of connections."""
    sums = await views.read(ReadSums("source", now_us - HOUR_US, now_us))
    refusing = []
    for name, count in _refusing(sums):
        latest = await views.read(ListReceipts(name, Verdict.REFUSED, Window(limit=1)))
        refusing.append((name, count, next(iter(latest.rows), None)))
    return DoctorStandings(tuple(refusing), states)


def _refusing(sums: Mapping[str, Point]) -> Iterator[tuple[str, int]]:
    for name, point in sorted(sums.items()):
        count = refused_only(point.counts)
        if count and name != UNKNOWN_SOURCE:
            yield name, count


def of_standings(
    standings: DoctorStandings, hub: HubSpec | None, vault: Vault, now_us: Micros
) -> Iterator[Finding]:
    """What lets nothing in, and what takes no calls."""
    for name, count, latest in standings.refusing:
        why = "" if latest is None or latest.reason is None else f"; the latest: {latest.reason}"
        many = "its only delivery" if count == 1 else f"all {count} deliveries"
        look = f"tieline deliveries list --source {name} --status rejected"
        yield Finding(
            Level.ERROR if count >= FEWEST_REFUSALS else Level.WARNING,
            f"source {name} rejected {many} of the last hour{why}",
            f"{_of_secret(name, hub, vault)}{look}",
        )
    yield from _of_connections(standings.states, hub, vault, now_us)


def _of_secret(name: str, hub: HubSpec | None, vault: Vault) -> str:
    door = None if hub is None else hub.webhooks().get(name)
    if door is None or door.unverified:
        return ""
    return f"compare {vault.place_of(door.signing)} with the vendor's; "


def _of_connections(
    states: Sequence[ConnectionStateRow], hub: HubSpec | None, vault: Vault, now_us: Micros
) -> Iterator[Finding]:
    for state in states:
        name = state.connection
        spec = None if hub is None else hub.connections.get(name)
        shut = why_shut(name, (), (state,), now_us)
        if shut is None or (hub is not None and spec is None):
            continue
        advice = f"tieline connections show {name}"
        if state.refusals and spec is not None and spec.credential is not None:
            advice = f"put a valid one into {vault.place_of(spec.credential)}"
        level = Level.ERROR if state.refusals else Level.WARNING
        yield Finding(level, f"connection {name}, {shut}", advice)
