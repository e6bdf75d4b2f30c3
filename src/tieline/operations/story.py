"""Story: a business name or any id comes in; one time line of all that happened to it goes out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.base.ids import NO_TENANT, Micros, kind_of
from tieline.model.inbound.event import Mention, Reference
from tieline.model.people.decisions import REFUSED
from tieline.model.runs.run import RETRIED, AttemptRecord
from tieline.model.views.details import Trail
from tieline.model.views.rows import AuditRow, DeadRow, EventRow, ReceiptRow, RunRow, StepRow
from tieline.model.views.views import FindKey, ReadTrail
from tieline.ports.views import Views
from tieline.rules.formats.labels import kind_label, label, spoken, state_label
from tieline.rules.formats.plain_time import span
from tieline.rules.runs.failure import is_strangers
from tieline.rules.runs.lines import SAY, is_line, words_of

QUIET = ("emit ", "now")
"""Steps that say nothing new: the emitted event is told, and the time is in every line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    at_us: Micros
    words: str
    """What happened, for somebody who does not know the code."""
    kind: str
    """receipt, event, run, step, attempt, reference, dead or audit."""
    id: str
    is_trouble: bool = False
    system: str | None = None
    """The source or connection that it is about; None: the hub itself."""


@dataclass(frozen=True, slots=True)
class StoryRows:
    """What a story is told from."""

    about: str
    trail: Trail


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happened to one thing, in order."""

    about: str
    lines: tuple[Line, ...]
    ending: str
    """How it stands now."""
    whole: bool
    """False: there is more than one story can hold."""


async def story(
    views: Views, kind: str, key: str | None = None, tenant: str | None = None
) -> Story:
    """The story of ``kind:key``, or of an id, a correlation or a key of any kind.

    Raises NotFound, and CommandRefused for a bare key that is found under several kinds, or a name
    that several tenants know when none of them is given.
    """
    found = await find(views, kind, key, tenant)
    return tell(found.about, found.trail)


async def find(
    views: Views, kind: str, key: str | None = None, tenant: str | None = None
) -> StoryRows:
    """What ``story`` tells of, as rows. Raises as it does."""
    if key is not None:
        reference = Reference(kind, key)
        trail = await views.read(ReadTrail(reference=reference, tenant=tenant))
        return StoryRows(_about(str(reference), trail), trail)
    text = kind
    named_kind, colon, named_key = text.partition(":")
    if colon and kind_of(text) is None:
        try:
            return await find(views, named_kind, named_key, tenant)
        except NotFound:
            pass  # a correlation may have a colon too
    try:
        return StoryRows(text, await views.read(ReadTrail(id=text, tenant=tenant)))
    except NotFound as error:
        named = await views.read(FindKey(text))
        if not named:
            raise (error if kind_of(text) else NotFound("story of", text)) from None
    if len(named) > 1:
        raise CommandRefused(f"{text!r} is found as {' and '.join(map(str, named))}; say which")
    return await find(views, named[0].kind, named[0].key, tenant)


def _about(name: str, trail: Trail) -> str:
    """A business name, and whose it is."""
    tenants = {row.tenant for row in trail.events} - {NO_TENANT}
    return f"{name} of {', '.join(sorted(tenants))}" if tenants else name


def tell(about: str, trail: Trail) -> Story:
    """Put the rows of *trail* into one order and into words."""
    types: dict[str, str] = {row.id: row.type for row in trail.events}
    flows: dict[str, str] = {row.id: row.flow for row in trail.runs}
    tried: set[tuple[str, str, str]] = {(row.run_id, row.step, row.key) for row in trail.attempts}
    lines: list[tuple[int, Line]] = [
        *_ranked(0, (_receipt(row) for row in trail.receipts)),
        *_ranked(1, (_event(row, flows) for row in trail.events)),
        *_ranked(2, (_run_made(row, types) for row in trail.runs)),
        *_ranked(3, (_attempt(row, flows) for row in trail.attempts)),
        *_ranked(4, (line for row in trail.steps for line in _step(row, flows, tried))),
        *_ranked(5, (_mention(row, flows) for row in trail.mentions)),
        *_ranked(6, (_died(row) for row in trail.dead)),
        *_ranked(7, (line for row in trail.runs for line in _run_now(row))),
        *_ranked(8, (_audit(row) for row in trail.audit)),
    ]
    ordered = sorted(lines, key=lambda pair: (pair[1].at_us, pair[0], pair[1].id))
    return Story(about, tuple(line for _, line in ordered), _ending(trail), trail.whole)


def _ranked(rank: int, lines: Iterable[Line]) -> list[tuple[int, Line]]:
    """Lines of one microsecond stand in the order of cause and effect."""
    return [(rank, line) for line in lines]


def _receipt(row: ReceiptRow) -> Line:
    said = f"and was answered {row.status}"
    match row.verdict:
        case "duplicate":
            words = f"{row.source} sent it again: recognised as {row.event_id}, {said}"
        case "refused":
            words = f"{row.source} was rejected at the door, {said}: {row.reason}"
        case "quarantined":
            words = (
                f"{row.source} delivered {row.body_bytes} bytes, {said}; kept aside: {row.reason}"
            )
        case "unmatched":
            words = f"{row.source} delivered {row.body_bytes} bytes, {said}; {_unmatched(row)}"
        case _:
            words = f"{row.source} delivered {row.body_bytes} bytes, {said}"
    trouble = row.verdict in {"refused", "quarantined"} or is_strangers(row.reason)
    return Line(row.received_us, words, "receipt", row.id, trouble, row.source)


def _unmatched(row: ReceiptRow) -> str:
    return f"kept aside: {row.reason}" if is_strangers(row.reason) else "no flow takes it"


def _event(row: EventRow, flows: dict[str, str]) -> Line:
    cause = row.cause or ""
    if cause.startswith("run_"):
        words = f"{flows.get(cause, cause)} emitted {row.type}"
    elif cause.startswith("evt_"):
        words = f"an edited copy of {cause} was recorded as {row.type}"
    else:
        words = f"{row.type} of {row.source} was recorded"
    return Line(row.recorded_us, words, "event", row.id)


def _run_made(row: RunRow, types: dict[str, str]) -> Line:
    lane = f", in lane {row.lane}" if row.lane else ""
    again = f", replayed by {row.replay_id}" if row.replay_id else ""
    words = f"{row.flow} is to run for {types.get(row.event_id, row.event_id)}{lane}{again}"
    return Line(row.created_us, words, "run", row.id)


def _run_now(row: RunRow) -> Iterator[Line]:
    """How the run stands; a dead one is told by its dead letter."""
    reason = f": {row.reason}" if row.reason else ""
    match row.state:
        case "done":
            yield Line(row.moved_us, f"{row.flow} is done", "run", row.id)
        case "dead" | "ready":
            return
        case "running":
            yield Line(row.moved_us, f"{row.flow} is being executed", "run", row.id)
        case state:
            words = f"{row.flow} is {state_label(state, row.waits)}{reason}"
            trouble = state in {"held", "cancelled"}
            yield Line(row.moved_us, words, "run", row.id, trouble)


def _attempt(row: AttemptRecord, flows: dict[str, str]) -> Line:
    flow = flows.get(row.run_id, row.run_id)
    took = span(row.took_us)
    number = f" (attempt {row.number})" if row.number > 1 else ""
    detail = f": {row.detail}" if row.detail else ""
    match row.outcome:
        case "done":
            status = "" if row.status is None else f" with {row.status}"
            words = f"{flow}: {row.step} was answered{status} in {took}{number}"
        case "skipped":
            words = f"{flow}: {row.step} was not made again{detail}"
        case "held":
            words = f"{flow} asks a person{detail}"
        case "in-doubt":
            words = f"{flow}: whether {row.step} happened is not known{number}{detail}"
        case outcome:
            status = "" if row.status is None else f" with {row.status}"
            said = spoken(label(outcome))
            words = f"{flow}: {row.step} ended {said}{status} after {took}{number}{detail}"
    trouble = row.outcome not in {"done", "skipped", "confirmed"}
    return Line(row.at_us, words, "attempt", row.run_id, trouble, row.connection)


def _step(row: StepRow, flows: dict[str, str], tried: set[tuple[str, str, str]]) -> Iterator[Line]:
    """Steps whose tries are told already say nothing new, unless they are in doubt."""
    flow = flows.get(row.run_id, row.run_id)
    if (row.run_id, row.name, row.key) in tried:
        return
    if is_line(row.name):
        yield line_of(row, flow)
        return
    at_us = row.finished_us or row.started_us
    if row.state == "intent":
        words = f"{flow}: {row.name} was begun, and its end is not known"
        yield Line(row.started_us, words, "step", row.run_id, is_trouble=True)
    elif row.state == "done" and not row.name.startswith(QUIET):
        yield Line(at_us, f"{flow}: {row.name} is remembered as done", "step", row.run_id)


def line_of(row: StepRow, flow: str) -> Line:
    """What a flow wrote down, or said to whom it is about."""
    said = "says" if row.name == SAY else "notes"
    return Line(row.started_us, f"{flow} {said}: {words_of(row.key)}", "step", row.run_id)


def _mention(row: Mention, flows: dict[str, str]) -> Line:
    who = f"{flows.get(row.run_id, row.run_id)} noted" if row.run_id else "the event has"
    return Line(row.at_us, f"{who} the key {row.kind}:{row.key}", "reference", row.event_id)


def _died(row: DeadRow) -> Line:
    words = f"{row.flow} is dead ({spoken(kind_label(row.kind))}): {row.reason}"
    return Line(row.at_us, words, "dead", row.run_id, is_trouble=True)


def _audit(row: AuditRow) -> Line:
    if row.action == "resolve-continue":
        words = f"let through by {row.actor}: {row.reason}"
        return Line(row.at_us, words, "audit", row.subject)
    refused = row.action.removeprefix(REFUSED)
    if refused != row.action:
        words = f"{row.actor} was rejected: {spoken(refused)} ({row.reason})"
        return Line(row.at_us, words, "audit", row.subject)
    action = spoken(label(row.action))
    return Line(row.at_us, f"{row.actor} chose: {action} ({row.reason})", "audit", row.subject)


def _ending(trail: Trail) -> str:
    """How all of it stands, worst first."""
    chosen = {row.run_id: row.resolution for row in trail.dead if row.resolution != RETRIED}
    states = [_stands(row, chosen.get(row.id)) for row in trail.runs]
    if not states:
        return "nothing was run for it"
    for state, words in _ENDINGS:
        count = states.count(state)
        if count:
            return words.format(count=count, runs="1 run" if count == 1 else f"{count} runs")
    edited = states.count("edited")
    if edited:
        runs = "1 run" if edited == 1 else f"{edited} runs"
        return f"all of it is done; {runs} died first, and an edited copy took its place"
    return "all of it is done"


def _stands(row: RunRow, resolution: str | None) -> str:
    if row.state == "held":
        return "in-doubt" if row.step_in_doubt else "held"
    if row.state != "dead" or resolution is None:
        return row.state
    return "edited" if resolution.startswith("edited") else "closed"


_ENDINGS = (
    ("in-doubt", "{runs} held: a person has to say what happened"),
    ("held", "{runs} held by a flow: a person has to let it pass"),
    ("dead", "{runs} dead: a person has to decide"),
    ("retrying", "{runs} failed and will be attempted again"),
    ("waiting", "{runs} waiting"),
    ("running", "{runs} being executed"),
    ("ready", "{runs} still to be executed"),
    ("cancelled", "{runs} cancelled"),
    ("closed", "{runs} died, and a person discarded it"),
)
