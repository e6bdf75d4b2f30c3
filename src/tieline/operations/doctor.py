"""Doctor: a store and its hub come in; what is wrong, and what to do about it, goes out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.fleet.declaration import DeclarationRow, ListDeclarations
from tieline.model.fleet.role import ProcessRole
from tieline.model.hub.flow import CONCURRENCY, HubSpec
from tieline.model.people.alert import AlertKind
from tieline.model.views.details import Oddity, StoreHealth
from tieline.model.views.rows import ConnectionStateRow, PauseRow, WorkCount, WorkerRow
from tieline.model.views.views import (
    PARTS,
    CheckRows,
    CheckStore,
    CountWork,
    InspectStore,
    ListConnectionStates,
    ListPauses,
    ListWorkers,
)
from tieline.model.views.work_lists import CountWaiting
from tieline.operations.doctor_engine import MEGABYTE, of_free, of_sheet
from tieline.operations.doctor_hub import DoctorHub, of_hub
from tieline.operations.doctor_standing import gather_standings, of_standings
from tieline.operations.finding import Check, CheckParts
from tieline.operations.finding import Finding as Finding
from tieline.operations.finding import Level as Level
from tieline.operations.fleet_signs import unfinished
from tieline.ports.vault import Vault
from tieline.ports.views import Views
from tieline.rules.fleet.blocked import blocked_told
from tieline.rules.fleet.difference import other_hub
from tieline.rules.fleet.presence import is_at_work
from tieline.rules.formats.plain_time import ago, span
from tieline.rules.runs.waiting import counted_in_words, why_shut
from tieline.rules.watch.fleet import FleetSigns, has_role, problems

LARGE_LOG_BYTES = 256 * MEGABYTE
SOUND_LIBRARY = (3, 51, 3)
"""Older SQLite versions can damage a file when two connections write its log (WAL reset)."""
CLOCK_SLACK_US = 300_000_000
OLD_US = 3_600_000_000
"""An unfinished run that is older is warned of; docs/cli.md says so."""
ROWS_LOOKED_AT = 200_000
TOLD_OF_A_KIND = 10


@dataclass(frozen=True, slots=True)
class DoctorFacts:
    """All that the doctor looks at."""

    health: StoreHealth
    counted: WorkCount
    workers: tuple[WorkerRow, ...]
    pauses: tuple[PauseRow, ...]
    oddities: tuple[Oddity, ...]
    rows_left_out: bool
    now_us: Micros
    waiting: tuple[tuple[str, int], ...] = ()
    """How many runs wait for which connection."""
    states: tuple[ConnectionStateRow, ...] = ()
    declarations: tuple[DeclarationRow, ...] = ()


async def examine(  # noqa: PLR0913 - what is looked at, and how closely
    views: Views,
    place: DoctorHub | None,
    vault: Vault,
    now_us: Micros,
    *,
    checks: Sequence[Check] = (),
    thorough: bool = False,
) -> tuple[Finding, ...]:
    """Look at everything, in short reads; ``thorough`` also reads every page and every row.

    *checks* are those of features.
    """
    facts = await gather(views, now_us, thorough=thorough)
    sheet = await views.read(InspectStore())
    hub = None if place is None else place.hub
    found = [*of_store(facts), *of_sheet(sheet, facts.workers, now_us)]
    found += [*of_work(facts), *of_rows(facts)]
    found += of_standings(await gather_standings(views, facts.states, now_us), hub, vault, now_us)
    if place is not None:
        found += of_hub(place)
    found += of_fleet(hub, facts)
    seen = CheckParts(views, hub, facts.health.is_open, now_us)
    for check in checks:
        found += await check(seen)
    order = list(Level)
    return tuple(sorted(found, key=lambda finding: -order.index(finding.level)))


async def gather(views: Views, now_us: Micros, *, thorough: bool) -> DoctorFacts:
    """Read what is to be judged."""
    most = 2**62 if thorough else ROWS_LOOKED_AT
    oddities: list[Oddity] = []
    left_out = False
    for part in PARTS:
        looked, cursor = 0, ""
        while looked < most:
            checked = await views.read(CheckRows(part, cursor))
            oddities += checked.oddities
            looked += checked.looked
            if checked.cursor is None:
                break
            cursor = checked.cursor
        else:
            left_out = True
    return DoctorFacts(
        health=await views.read(CheckStore(pages=thorough)),
        counted=await views.read(CountWork()),
        workers=await views.read(ListWorkers()),
        pauses=await views.read(ListPauses()),
        oddities=tuple(oddities),
        rows_left_out=left_out,
        now_us=now_us,
        waiting=await views.read(CountWaiting()),
        states=await views.read(ListConnectionStates()),
        declarations=await views.read(ListDeclarations()),
    )


# --- the store --------------------------------------------------------------------------------


def of_store(facts: DoctorFacts) -> Iterator[Finding]:
    """The file, its library, its disk and the clock."""
    health = facts.health
    size = f"{health.store_bytes // MEGABYTE} MB"
    if health.log_bytes is not None:
        size += f", log {health.log_bytes // MEGABYTE} MB"
    who = " and ".join(health.openers) or "no process"
    engine = f"{health.engine} {health.library}"
    yield Finding(
        Level.NOTE,
        f"{health.path}: {size}, schema {health.migration}, {engine}, open in {who}",
    )
    if health.engine == "SQLite" and _numbers(health.library) < SOUND_LIBRARY:
        yield Finding(
            Level.WARNING,
            f"{engine} has a defect in resetting its log (fixed in 3.51.3)",
            "install a newer apsw, and let nothing but the hub write the file",
        )
    if health.log_bytes is not None and health.log_bytes > LARGE_LOG_BYTES:
        yield Finding(
            Level.WARNING,
            f"the write-ahead log has grown to {health.log_bytes // MEGABYTE} MB",
            "look for a program that keeps the file open for reading, and end it",
        )
    yield from _of_disk(health)
    if health.newest_us is not None and health.newest_us > facts.now_us + CLOCK_SLACK_US:
        ahead = span(health.newest_us - facts.now_us)
        yield Finding(
            Level.ERROR,
            f"the store has times {ahead} ahead of this machine's clock",
            "set the clock; until then, due times and orders by time are wrong",
        )
    for fault in health.faults or ():
        yield Finding(Level.ERROR, f"the file is damaged: {fault}", "stop, copy it, restore")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3])


def _of_disk(health: StoreHealth) -> Iterator[Finding]:
    free = health.free_bytes
    found = None if free is None else of_free(free, "beside the store")
    if found is not None:
        yield found


# --- the work ---------------------------------------------------------------------------------


def of_work(facts: DoctorFacts) -> Iterator[Finding]:
    """Runs that wait, for whom, and whether anybody works."""
    counted, is_open = facts.counted, facts.health.is_open
    dead = sum(count.dead for count in counted.flows)
    held = sum(count.held for count in counted.flows)
    if dead:
        yield Finding(Level.WARNING, f"{_runs(dead)} dead", "tieline dead list")
    if held:
        yield Finding(Level.WARNING, f"{_runs(held)} held", "tieline held list")
    yield from _of_age(facts, is_open=is_open)
    beats = [worker.beat_us for worker in facts.workers]
    if is_open and not any(is_at_work(worker, facts.now_us) for worker in facts.workers):
        last = ago(max(beats), facts.now_us) if beats else "never"
        yield Finding(
            Level.ERROR,
            f"a hub has the store open, but its last heartbeat was {last}",
            "look at its log; if it hangs, stop it: nothing acknowledged is lost",
        )
    yield from _of_blocked(facts)
    for pause in facts.pauses:
        since = ago(pause.since_us, facts.now_us)
        yield Finding(
            Level.NOTE,
            f"{pause.kind} {pause.name} was paused {since} by {pause.actor}: {pause.reason}",
            f"tieline {pause.kind}s resume {pause.name}",
        )
    for name, count in facts.waiting:
        shut = why_shut(name, facts.pauses, facts.states, facts.now_us)
        advice = f"tieline runs list --waits-for 'connection {name}'"
        yield Finding(Level.NOTE, counted_in_words(name, count, shut), advice)


def _of_blocked(facts: DoctorFacts) -> Iterator[Finding]:
    """Processes that something keeps, or has lately kept, from turning."""
    for worker in facts.workers:
        if worker.blocked is None or worker.blocked_us is None:
            continue
        is_now = worker.blocked_us >= worker.beat_us and worker.stopped_us is None
        level = Level.ERROR if is_now else Level.WARNING
        said = blocked_told(worker.blocked, worker.blocked_us)
        yield Finding(level, f"process {worker.about}: {said}", "fix the flow, and deploy it")


def _of_age(facts: DoctorFacts, *, is_open: bool) -> Iterator[Finding]:
    oldest = facts.counted.oldest
    if oldest is None:
        yield Finding(Level.NOTE, "no run is unfinished")
        return
    age = facts.now_us - oldest.created_us
    words = f"the oldest unfinished run is {oldest.id} of {oldest.flow}, {oldest.state}"
    words += f", since {span(max(age, 0))}"
    if not is_open:
        yield Finding(Level.NOTE, f"{words}; no hub is running", "tieline serve")
    elif age > OLD_US:
        advice = f"tieline runs show {oldest.id} says what it waits for"
        yield Finding(Level.WARNING, words, advice)
    else:
        yield Finding(Level.NOTE, words)


def _runs(count: int) -> str:
    return "1 run is" if count == 1 else f"{count} runs are"


def of_rows(facts: DoctorFacts) -> Iterator[Finding]:
    """Rows that contradict each other: always a defect, of ours or of the disk."""
    told: Counter[str] = Counter()
    for odd in facts.oddities:
        told[odd.kind] += 1
        if told[odd.kind] <= TOLD_OF_A_KIND:
            yield Finding(
                Level.ERROR,
                f"{odd.kind}: {odd.subject}: {odd.words}",
                "keep a copy of the store and report it; cancel or retry what it names",
                odd.kind,
            )
    for kind, count in told.items():
        if count > TOLD_OF_A_KIND:
            yield Finding(Level.ERROR, f"{kind}: {count} in all", "as above", kind)
    if facts.rows_left_out:
        limit = f"only the first {ROWS_LOOKED_AT} rows of a kind were compared"
        yield Finding(Level.NOTE, limit, "tieline doctor --thorough looks at all")


# --- the fleet --------------------------------------------------------------------------------


def of_fleet(hub: HubSpec | None, facts: DoctorFacts) -> Iterator[Finding]:
    """Processes that do not go together, and work that no declaration stands behind."""
    own, now_us = hub, facts.now_us
    if hub is not None and (other := other_hub(facts.workers, hub.name, None, now_us)) is not None:
        yield Finding(
            Level.ERROR,
            f"hub {other.hub!r} is running on this store ({other.about}), and the hub here is "
            f"{hub.name!r}",
            f"examine it with the --hub of {other.hub!r}, or name another store",
        )
        own = None
    signs = FleetSigns(
        facts.workers,
        facts.declarations,
        now_us,
        unfinished(facts.counted),
        None if own is None else frozenset(own.flows),
    )
    if own is not None:
        yield from _of_concurrency(own, signs.at_work)
    for one in problems(signs):
        is_passing = one.kind is AlertKind.PROCESSES_DIFFER
        yield Finding(Level.WARNING if is_passing else Level.ERROR, one.what, one.do)


def _of_concurrency(hub: HubSpec, at_work: Sequence[WorkerRow]) -> Iterator[Finding]:
    """What is counted in each process is more in a fleet than its author may think."""
    workers = sum(has_role([worker], ProcessRole.WORKER) for worker in at_work)
    for flow in hub.flows.values():
        if workers > 1 and flow.concurrency != CONCURRENCY:
            most = flow.concurrency * workers
            yield Finding(
                Level.NOTE,
                f"concurrency={flow.concurrency} of flow {flow.name} counts in each process: up to "
                f"{most} runs at once in the {workers} workers",
                "to bound what a system gets from all together use at_once= of its connection; to "
                "have runs one at a time use ordered_by=",
            )


def exit_code(findings: Iterable[Finding]) -> int:
    """0, or 1 when something is wrong."""
    return int(any(finding.level is Level.ERROR for finding in findings))
