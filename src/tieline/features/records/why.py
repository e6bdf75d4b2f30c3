"""Why: a run with what holds it comes in; one sentence that says what it waits for goes out."""

from collections.abc import Iterable

from tieline.model.base.ids import Micros
from tieline.model.runs.run import UNDECIDED
from tieline.model.runs.waits import WaitKind
from tieline.model.views.details import RunDetail
from tieline.rules.formats.labels import kind_label, label, spoken
from tieline.rules.formats.plain_time import ago, until
from tieline.rules.runs.waiting import in_words, why_shut


def why(detail: RunDetail, now_us: Micros, uses: Iterable[str] = ()) -> str:
    """What has to happen before the run goes on, or how it ended. *uses*: the connections of its
    flow, by name, where somebody knows them."""
    run = detail.run
    match run.state:
        case "ready":
            return _ready(detail, now_us, uses)
        case "running":
            return f"it is being executed by {run.worker}, since {ago(run.moved_us, now_us)}"
        case "retrying":
            return f"it failed and is attempted again {until(run.due_us, now_us)}: {run.reason}"
        case "waiting":
            return _waiting(detail, now_us)
        case "held":
            return f"{_held(detail)}: {run.reason}"
        case "dead":
            return _dead(detail)
        case "cancelled":
            return f"it was cancelled by {run.reason}"
        case _:
            return f"it succeeded {ago(run.moved_us, now_us)}"


def _held(detail: RunDetail) -> str:
    if detail.run.step_in_doubt is None:
        return "its flow waits for a person to let it pass"
    return "it waits for a person"


def _ready(detail: RunDetail, now_us: Micros, uses: Iterable[str]) -> str:
    run, head = detail.run, detail.lane_head
    holding = (("tenant", run.tenant), ("flow", run.flow))
    pause = next((p for p in detail.pauses if (p.kind, p.name) in holding), None)
    if pause is not None:
        return f"{pause.kind} {pause.name} is paused by {pause.actor}: {pause.reason}"
    if run.behind and head is not None:
        return f"{head.id}, which is {label(head.state)}, goes first in lane {run.lane}"
    for name in uses:  # of a paused one, runs are put down at their call
        states = (row for row in detail.states if row.connection == name)
        shut = why_shut(name, (), states, now_us)
        if shut is not None:
            return f"it is queued: flow {run.flow} uses connection {name}, {shut}"
    return "it is queued, and waits for a free place in a running hub"


def _waiting(detail: RunDetail, now_us: Micros) -> str:
    run, shut = detail.run, None
    if run.waits is not None and run.waits.kind == WaitKind.CONNECTION:
        shut = why_shut(run.waits.key, detail.pauses, detail.states, now_us)
    return in_words(run.waits, shut, run.due_us, run.reason, now_us)


def _dead(detail: RunDetail) -> str:
    dead = detail.dead
    if dead is None:
        return f"it is dead: {detail.run.reason}"
    failed = f"({spoken(kind_label(dead.kind))}: {dead.reason})"
    if dead.resolution is not None and dead.resolution not in UNDECIDED:
        return f"it died {failed} and is decided: {label(dead.resolution)}"
    return f"it is dead {failed} and waits for a decision"
