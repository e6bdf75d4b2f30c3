"""Deciding: what a person ordered is done in one commit with its line in the audit log."""

from tieline.adapters.sql.runs.admission import ClaimedAdmission, admit
from tieline.adapters.sql.runs.execution import advance_lanes, tell_ends
from tieline.adapters.sql.statement import RowOut, Steps, ask, do, put
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import Micros
from tieline.model.commands import (
    By,
    Cancel,
    Counted,
    DiscardDead,
    EditDead,
    EndPauses,
    ForgetStep,
    Pause,
    ResolveHeld,
    Resume,
    RetryDead,
)
from tieline.model.people.decisions import REFUSED, KeepRefusal
from tieline.model.runs.run import RETRIED, UNDECIDED, RunState
from tieline.rules.people.audit_chain import link
from tieline.rules.people.pausing import LIFTED_BY, OVER
from tieline.rules.runs.decided import outcome_unknown
from tieline.rules.runs.holding import HOLD_STEP, remembered
from tieline.rules.runs.transitions import LIVE, move

DECISIONS = ("done", "continue", "retry", "give-up")
"""What a person may say about a held run."""


def pause(command: Pause) -> Steps[Counted]:
    """Hold a flow or a connection; pausing twice keeps the first reason."""
    by = command.by
    count = yield from do(
        "pause_insert",
        kind=command.kind,
        name=command.name,
        actor=by.actor,
        reason=by.reason,
        since_us=by.at_us,
        until_us=command.until_us,
    )
    yield from audit(by, "pause", f"{command.kind}:{command.name}")
    return Counted(count)


def resume(command: Resume) -> Steps[Counted]:
    """Lift a pause; where there is none, that is what the audit log says."""
    count = yield from do("pause_delete", kind=command.kind, name=command.name)
    action = "resume" if count else f"{REFUSED}resume"
    yield from audit(command.by, action, f"{command.kind}:{command.name}")
    return Counted(count)


def end_pauses(command: EndPauses) -> Steps[Counted]:
    """Those whose time is over are resumed, each with its line."""
    lifted = yield from ask("pause_lift", now_us=command.now_us)
    by = By(LIFTED_BY, OVER, command.now_us)
    for kind, name in lifted:
        yield from audit(by, "resume", f"{kind}:{name}")
    return Counted(len(lifted))


def cancel(command: Cancel) -> Steps[Counted]:
    """End a live run; whoever executes it finds its claim stale."""
    run = yield from _run(command.run_id)
    if run.state not in LIVE:
        raise Conflict(f"{command.run_id} is {run.state}; only a live run can be cancelled")
    yield from _end(run, RunState.CANCELLED, command.by)
    yield from audit(command.by, "cancel", command.run_id)
    return Counted(1)


def retry_dead(command: RetryDead) -> Steps[Counted]:
    """A dead run becomes ready; done steps stay remembered, refused ones are tried again."""
    run = yield from dead_run(command.run_id)
    yield from make_ready(run, command.by.at_us, as_new_action=command.as_new_action)
    action = "retry-as-new-action" if command.as_new_action else "retry"
    yield from audit(command.by, action, run.id)
    return Counted(1)


def retry_now(run_id: str, by: By) -> Steps[Counted]:
    """A run that waits to be retried is ready; what it remembers and its deadline stay."""
    run = yield from _run(run_id)
    if run.state != RunState.RETRYING:
        raise Conflict(f"{run_id} is {run.state}; only a run that waits to be retried can be now")
    yield from do("work_retry_now", **run.key)
    ready = move(run.state, RunState.READY)
    yield from do("run_set", **run.key, state=ready, at_us=by.at_us, reason=None)
    yield from audit(by, "retry-now", run.id)
    return Counted(1)


def make_ready(run: "RunToDecide", at_us: Micros, *, as_new_action: bool) -> Steps[None]:
    """What a dead run needs to be done again, in its old place."""
    ready = move(run.state, RunState.READY)
    if as_new_action:
        yield from do("step_delete_all", **run.key)
        yield from do("run_next_generation", **run.key)
    else:
        yield from do("step_reopen", **run.key)
    behind = yield from _lane_again(run)
    yield from do("work_reinsert", **run.key, behind=int(behind))
    yield from do("run_set", **run.key, state=ready, at_us=at_us, reason=None)
    yield from do("dead_resolve", **run.key, resolution=RETRIED, at_us=at_us)


def forget_step(command: ForgetStep) -> Steps[Counted]:
    """Take one step that ended out of what a run remembers."""
    run = yield from _run(command.run_id)
    name, key = command.step, command.key
    if run.state == RunState.RUNNING:
        raise Conflict(f"{run.id} is being executed; wait until it is not, or cancel it")
    forgotten = yield from do("step_forget", **run.key, name=name, key=key)
    if not forgotten:
        raise Conflict(
            f"{run.id} remembers no step {name!r} ({key}) that has ended; tieline runs show "
            f"{run.id} names what it remembers, and a step in doubt is resolved"
        )
    by = command.by
    yield from audit(By(by.actor, f"{name} ({key}): {by.reason}", by.at_us), "forget-step", run.id)
    return Counted(1)


def discard_dead(command: DiscardDead) -> Steps[Counted]:
    """Close a dead letter without success; its lane goes on."""
    run = yield from dead_run(command.run_id)
    yield from do("dead_resolve", **run.key, resolution="discarded", at_us=command.by.at_us)
    yield from _free_lane(run)
    yield from audit(command.by, "discard", run.id)
    return Counted(1)


def edit_dead(command: EditDead) -> Steps[Counted]:
    """Replace a dead run by one for an edited event, which takes its place in the lane."""
    run = yield from dead_run(command.run_id)
    (new,) = command.admission.runs
    event = command.admission.event
    (answer,) = yield from admit([ClaimedAdmission(command.admission)])
    if not answer.fresh:
        raise Conflict(f"{event.source} {event.identity!r} is recorded already: {answer.event_id}")
    if run.lane is not None and (new.tenant, new.flow, new.lane) == (
        run.tenant,
        run.flow,
        run.lane,
    ):
        yield from do("work_take_place", **run.key, taker=new.id)
        yield from do("lane_hand_over", **run.lane_key(), head=run.id, to=new.id)
        yield from put("work_step_forward", [(run.tenant, run.flow, run.lane)])
    else:
        yield from _free_lane(run)
    resolution = f"edited: {new.id}"
    yield from do("dead_resolve", **run.key, resolution=resolution, at_us=command.by.at_us)
    yield from audit(command.by, "edit-and-retry", run.id)
    return Counted(1)


def resolve_held(command: ResolveHeld) -> Steps[Counted]:
    """Carry out a person's decision about a run that is in doubt, or that its flow holds."""
    run = yield from _run(command.run_id)
    if run.state != RunState.HELD:
        raise Conflict(f"{run.id} is {run.state}; only a held run can be resolved")
    if command.decision not in DECISIONS:
        raise Conflict(f"a held run cannot be resolved by {command.decision!r}; use {DECISIONS}")
    if command.decision == "give-up":
        yield from _end(run, RunState.CANCELLED, command.by)
    else:
        ready, at_us = move(run.state, RunState.READY), command.by.at_us
        settle = _settle_doubt if run.doubt[0] else _settle_hold
        yield from settle(run, command)
        yield from do("work_set_ready", **run.key)
        yield from do("run_set", **run.key, state=ready, at_us=at_us, reason=None)
    yield from audit(command.by, f"resolve-{command.decision}", run.id)
    return Counted(1)


def _settle_hold(run: "RunToDecide", command: ResolveHeld) -> Steps[None]:
    """``continue``: the hold that the flow asks about is remembered as let through."""
    if command.decision == "retry":
        yield from do("step_hold_withdrawn", **run.key, name=HOLD_STEP)
        return
    if command.decision != "continue":
        raise Conflict(
            f"{run.id} holds no step in doubt, its flow waits for a person: resolve it with "
            "continue (it may pass), retry or give-up"
        )
    let = remembered(command.by)
    passed = yield from do("step_hold_passed", **run.key, name=HOLD_STEP, result=let)
    if not passed:
        raise Conflict(
            f"{run.id} holds nothing that can be let through: its flow cannot go on behind this "
            "hold, or an earlier release held it; resolve it with retry or give-up"
        )


def _settle_doubt(run: "RunToDecide", command: ResolveHeld) -> Steps[None]:
    """``done``: the step in doubt is remembered as done, whatever its arguments are now."""
    name, key = run.doubt
    if command.decision == "continue":
        raise Conflict(f"{run.id} {outcome_unknown(name)}")
    if command.decision == "retry":
        yield from do("step_call_failed", **run.key, name=name, key=key, result=b"null")
        return
    result = command.result
    known = yield from do("step_call_done", **run.key, name=name, key=key, result=result)
    if not known:
        raise Conflict(f"{run.id} holds no step in doubt; resolve it with retry or give-up")


def _end(run: "RunToDecide", state: RunState, by: By) -> Steps[None]:
    ended = move(run.state, state)
    yield from do("work_drop", **run.key)
    reason = f"{by.actor}: {by.reason}"
    yield from do("run_finish", **run.key, state=ended, at_us=by.at_us, reason=reason)
    yield from _free_lane(run)
    yield from tell_ends([(run.tenant, run.id)], by.at_us)


def _free_lane(run: "RunToDecide") -> Steps[None]:
    if run.lane is not None:
        yield from advance_lanes([(run.tenant, run.flow, run.lane, run.id)])


def _lane_again(run: "RunToDecide") -> Steps[bool]:
    """A retried run takes its lane if it is free or still its own; else it waits behind."""
    if run.lane is None:
        return False
    yield from do("lane_take", **run.lane_key(), head=run.id)
    rows = yield from ask("lane_head", **run.lane_key())
    return bool(rows[0][0] != run.id)


def dead_run(run_id: str) -> Steps["RunToDecide"]:
    """The run, if it is dead and nobody has decided about it. Raises NotFound, Conflict."""
    run = yield from _run(run_id)
    if run.state != RunState.DEAD:
        raise Conflict(f"{run_id} is {run.state}; only a dead run can be retried or discarded")
    if run.resolution not in UNDECIDED:
        raise Conflict(f"{run_id} is already decided: {run.resolution}")
    return run


class RunToDecide:
    """What decisions need to know of a run."""

    __slots__ = ("doubt", "flow", "id", "lane", "resolution", "state", "tenant")

    def __init__(self, row: RowOut) -> None:
        self.id: str = row[0]
        self.tenant: str = row[1]
        self.flow: str = row[2]
        self.lane: str | None = row[3]
        self.state = RunState(row[4])
        self.doubt: tuple[str, str] = (row[5] or "", row[6] or "")
        """Name and key of the step that a held run is about."""
        self.resolution: str | None = row[7]

    @property
    def key(self) -> dict[str, str]:
        """Its key, as query parameters."""
        return {"tenant": self.tenant, "run_id": self.id}

    def lane_key(self) -> dict[str, str]:
        """The key of its lane, as query parameters."""
        return {"tenant": self.tenant, "flow": self.flow, "key": self.lane or ""}


def _run(run_id: str) -> Steps[RunToDecide]:
    rows = yield from ask("run_get", id=run_id)
    if not rows:
        raise NotFound("run", run_id)
    return RunToDecide(rows[0])


def keep_refusal(command: KeepRefusal) -> Steps[Counted]:
    """Say in the audit log that somebody's order was refused."""
    yield from audit(command.by, f"{REFUSED}{command.action}", command.subject)
    return Counted(1)


def audit(by: By, action: str, subject: str) -> Steps[None]:
    """Append a line whose hash covers the one before it, so that a change shows."""
    rows = yield from ask("audit_last")
    previous = rows[0][0] if rows else ""
    yield from do(
        "audit_insert",
        at_us=by.at_us,
        actor=by.actor,
        action=action,
        subject=subject,
        reason=by.reason,
        previous=previous,
        hash=link(previous, by, action, subject),
    )
