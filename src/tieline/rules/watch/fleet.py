"""Fleet: what processes say of themselves comes in; what is wrong with them together goes out.

Doctor, status and alerts say it in the same words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tieline.model.base.ids import Micros
from tieline.model.fleet.declaration import DeclarationRow
from tieline.model.fleet.role import ProcessRole
from tieline.model.people.alert import AlertKind
from tieline.model.views.rows import WorkerRow
from tieline.rules.fleet.difference import differences, in_words
from tieline.rules.fleet.presence import is_at_work
from tieline.rules.formats.plain_time import ago, iso

NOBODY_DOES = {
    ProcessRole.WORKER: "runs are taken in and nobody executes them",
    ProcessRole.SCHEDULER: "no schedule fires, and runs of processes that are gone stay there",
}
"""What is left undone where no process has a role."""


@dataclass(frozen=True, slots=True)
class FleetProblem:
    """One thing that is wrong, and what to do about it."""

    kind: AlertKind
    subject: str
    what: str
    do: str


@dataclass(frozen=True, slots=True)
class FleetSigns:
    """What is looked at."""

    workers: Sequence[WorkerRow]
    declarations: Sequence[DeclarationRow]
    now_us: Micros
    unfinished: Mapping[str, int] = field(default_factory=dict)
    """Runs that have not ended, by flow."""
    flows: frozenset[str] | None = None
    """Those that whoever asks declares; None: it has no hub at hand."""

    @property
    def at_work(self) -> list[WorkerRow]:
        """The processes that beat."""
        return [worker for worker in self.workers if is_at_work(worker, self.now_us)]


def problems(seen: FleetSigns) -> tuple[FleetProblem, ...]:
    """All that is wrong."""
    return (
        *_of_roles(seen),
        *_of_differences(seen),
        *_of_processes(seen),
        *_of_flows(seen),
        *not_everywhere(seen),
    )


def has_role(workers: Iterable[WorkerRow], role: ProcessRole) -> bool:
    """Whether one of them has *role*; one of an old release, which does not say, has all."""
    return any(not worker.roles or role in worker.roles.split(",") for worker in workers)


def _of_roles(seen: FleetSigns) -> Iterator[FleetProblem]:
    at_work = seen.at_work
    for role, undone in NOBODY_DOES.items():
        if at_work and not has_role(at_work, role):
            yield FleetProblem(
                AlertKind.ROLE_MISSING,
                f"role:{role}",
                f"no process at work is a {role}: {undone}",
                f"start one: tieline serve --roles {role}",
            )


def _of_differences(seen: FleetSigns) -> Iterator[FleetProblem]:
    found = differences(seen.workers, seen.declarations, seen.now_us)
    if found:
        yield FleetProblem(
            AlertKind.PROCESSES_DIFFER,
            "fleet",
            f"processes of this store do not go by the same: {in_words(found)}",
            "as it should be during a rolling restart; else give all the same hub and settings, "
            "and restart those that lag",
        )


def _of_processes(seen: FleetSigns) -> Iterator[FleetProblem]:
    for worker in seen.at_work:
        if worker.troubles:
            yield FleetProblem(
                AlertKind.PROCESS_TROUBLE,
                f"process:{worker.about}",
                f"{worker.about} alone: {'; '.join(worker.troubles.splitlines())}",
                "put it right on that machine; other processes go on",
            )


def _of_flows(seen: FleetSigns) -> Iterator[FleetProblem]:
    declared = _declared(seen)
    if declared is None:
        return
    for flow, count in seen.unfinished.items():
        if flow not in declared and count:
            runs = "1 run is" if count == 1 else f"{count} runs are"
            yield FleetProblem(
                AlertKind.UNDECLARED_FLOW,
                f"flow:{flow}",
                f"{runs} of flow {flow}, which is not declared any more{_last(flow, seen)}",
                "declare it again, or cancel them: nothing will run them",
            )


def not_everywhere(seen: FleetSigns) -> Iterator[FleetProblem]:
    """Flows of a newer release that processes of an older one, still at work, do not know.

    What those take in has no run of it, and nobody makes up for that by himself: so it is said
    while it is so, with what to do once they are gone.
    """
    known = {row.digest: row for row in seen.declarations}
    taking = [
        (worker, known[worker.declares])
        for worker in seen.at_work
        if worker.declares in known and _takes_in(worker)
    ]
    newest = sorted({row.digest: row for _, row in taking}.values(), key=lambda row: row.first_us)
    since = {part: row.first_us for row in reversed(newest) for part, _ in row.parts}
    for part, first_us in sorted(since.items()):
        at = f"{iso(first_us)[:19]}Z"
        lagging = [
            worker.about
            for worker, row in taking
            if row.first_us < first_us and part not in dict(row.parts)
        ]
        if lagging and _is_flow(part):
            flow = part.removeprefix("flow ")
            yield FleetProblem(
                AlertKind.FLOW_NOT_EVERYWHERE,
                f"flow:{flow}",
                f"flow {flow} is new since {at}, and {', '.join(sorted(lagging))} of an "
                "older release does not know it: events that it takes in have no run of it",
                f"end it, then: tieline replay run --flow {flow} --since {at} "
                "--reason 'taken in by an older release' (effects that were made are not repeated)",
            )


def _takes_in(worker: WorkerRow) -> bool:
    """Whether events come about in it: deliveries, or what runs emit."""
    roles = set(worker.roles.split(","))
    return not worker.roles or bool(roles & {ProcessRole.INGEST, ProcessRole.WORKER})


def _declared(seen: FleetSigns) -> frozenset[str] | None:
    """Flows that somebody declares; None: nobody can say."""
    known = {row.digest: row for row in seen.declarations}
    said = [known[worker.declares] for worker in seen.at_work if worker.declares in known]
    if not said and seen.flows is None:
        return None
    flows = {name.removeprefix("flow ") for row in said for name, _ in row.parts if _is_flow(name)}
    return frozenset(flows) | (seen.flows or frozenset())


def _is_flow(part: str) -> bool:
    return part.startswith("flow ")


def _last(flow: str, seen: FleetSigns) -> str:
    """Who declared it last, where that is known."""
    of = [row for row in seen.declarations if f"flow {flow}" in dict(row.parts)]
    if not of:
        return ""
    last = max(of, key=lambda row: row.latest_us)
    since = ago(last.latest_us, seen.now_us)
    return f" (hub {last.hub} did, in a process that was started {since})"
