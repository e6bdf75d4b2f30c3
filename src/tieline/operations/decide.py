"""Decide: what an operator wants done with a run or a flow comes in; it is on disk at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tieline.model.base.errors import CommandRefused, Conflict, NotFound, PayloadRejected
from tieline.model.base.ids import Micros, RunId
from tieline.model.base.json_text import json_text, json_value
from tieline.model.commands import (
    Admission,
    By,
    Cancel,
    DiscardDead,
    EditDead,
    Edited,
    ForgetStep,
    Pause,
    ResolveHeld,
    Resume,
    RetryDead,
)
from tieline.model.hub.flow import HubSpec
from tieline.model.inbound.event import Event
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ShowEvent, ShowRun
from tieline.pipeline.admit import Admitter, EventOrigin, Occurrence
from tieline.ports.journal import Journal
from tieline.ports.views import Views
from tieline.rules.formats.json_limits import ADMITTED, parse
from tieline.rules.runs.edited import identity_of_edit


class Decision(StrEnum):
    """What a person says about a run that is held: of a write whose outcome is unknown whether it
    happened, of one that its flow holds whether it may pass."""

    DONE = "done"
    """The effect in doubt happened: the run goes on behind it."""
    CONTINUE = "continue"
    """The hold of its flow is let through: the flow goes on behind it, and sees who said so."""
    RETRY = "retry"
    """It did not happen, or a repeat is harmless: it is tried again."""
    GIVE_UP = "give-up"
    """The run ends here, cancelled."""


async def retry(journal: Journal, run_id: RunId, by: By, *, as_new_action: bool = False) -> None:
    """Try a dead run again. Raises NotFound, or Conflict when it is not dead or decided."""
    await journal.commit(RetryDead(run_id, by, as_new_action))


async def discard(journal: Journal, run_id: RunId, by: By) -> None:
    """Close a dead run without success. Raises NotFound, Conflict."""
    await journal.commit(DiscardDead(run_id, by))


async def cancel(journal: Journal, run_id: RunId, by: By) -> None:
    """End a live run. Raises NotFound, Conflict."""
    await journal.commit(Cancel(run_id, by))


async def forget_step(journal: Journal, run_id: RunId, step: str, key: str, by: By) -> None:
    """Let a run forget one step. Raises NotFound, Conflict."""
    await journal.commit(ForgetStep(run_id, step, key, by))


async def resolve(
    journal: Journal, run_id: RunId, by: By, decision: Decision, *, result: bytes | None = None
) -> None:
    """Decide a held run. Raises NotFound, Conflict, and CommandRefused for a useless result."""
    if result is not None:
        if decision is not Decision.DONE:
            raise CommandRefused(f"a result goes with done; with {decision} leave it out")
        try:
            result = json_text(json_value(result))
        except ValueError as error:
            raise CommandRefused(f"the result is no JSON document: {error}") from None
    await journal.commit(ResolveHeld(run_id, decision, by, result))


async def pause(  # noqa: PLR0913 - what is held, by whom, why and how long
    journal: Journal, hub: HubSpec, kind: str, name: str, by: By, until_us: Micros | None = None
) -> bool:
    """Hold a flow or a connection of *hub*; False when it was held already. Raises NotFound."""
    declared = hub.flows if kind == "flow" else hub.connections
    if name not in declared:
        raise NotFound(kind, name)
    counted = await journal.commit(Pause(kind, name, by, until_us))
    return counted.count > 0


async def resume(journal: Journal, kind: str, name: str, by: By) -> None:
    """Lift a pause, also of a name that is no longer declared. Raises Conflict if there is none."""
    counted = await journal.commit(Resume(kind, name, by))
    if counted.count == 0:
        raise Conflict(f"{kind} {name!r} is not paused")


@dataclass(frozen=True, slots=True)
class EditParts:
    """What an edit works with."""

    journal: Journal
    views: Views
    admitter: Admitter


async def edit(desk: EditParts, run_id: RunId, document: bytes, by: By) -> Edited:
    """Retry a dead run with another payload, as a new recorded event with the old effect keys.

    Raises NotFound, Conflict, PayloadRejected, and CommandRefused when no run would come of it.
    """
    run = (await desk.views.read(ShowRun(run_id))).run
    if run.state != "dead":
        raise Conflict(f"{run_id} is {run.state}; only a dead run can be edited")
    original = (await desk.views.read(ShowEvent(run.event_id))).event
    admission = edited(desk.admitter, original, run, document, by)
    await desk.journal.commit(EditDead(run_id, admission, by))
    return Edited(admission.event.id, admission.runs[0].id)


async def patched(
    views: Views, run_id: RunId, changes: Sequence[tuple[tuple[str, ...], object]]
) -> bytes:
    """The payload of a run's event with some fields replaced, without anybody having seen it.

    Raises NotFound, and CommandRefused for a path that the payload does not have.
    """
    run = (await views.read(ShowRun(run_id))).run
    shown = await views.read(ShowEvent(run.event_id))
    stored = shown.event.data if shown.event.data is not None else shown.body
    if stored is None:
        raise CommandRefused(f"the payload of {run.event_id} has been forgotten; give a whole one")
    document = _sound(stored)
    for path, value in changes:
        inner = document
        for name in path[:-1]:
            inner = inner.get(name) if isinstance(inner, dict) else None
        if not isinstance(inner, dict):
            raise CommandRefused(f"the payload has no object at {'.'.join(path[:-1]) or 'its top'}")
        inner[path[-1]] = value
    return json_text(document)


def edited(admitter: Admitter, original: Event, run: RunRow, document: bytes, by: By) -> Admission:
    """The edited copy of *original*, with the one run that takes the place of *run*."""
    payload = _sound(document)
    origin = EventOrigin(
        original.tenant,
        original.source,
        by.at_us,
        original.correlation,
        original.traceparent,
        cause=original.id,
    )
    occurrence = Occurrence(original.type, original.identity, payload, json_text(payload))
    admitted = admitter.admit([occurrence], origin)
    [found] = admitted.admissions
    runs = [new for new in found.runs if new.flow == run.flow]
    if not runs:
        why = admitted.reason or f"flow {run.flow!r} does not take {original.type!r} any more"
        raise CommandRefused(f"the edited payload would not be run: {why}")
    event = found.event._replace(identity=identity_of_edit(original, found.event.id))
    again = runs[0]._replace(generation=run.generation, priority=run.priority)
    return Admission(event, (again,), found.mentions, found.expires_us)


def _sound(document: bytes) -> object:
    try:
        return parse(document, ADMITTED)
    except PayloadRejected as error:
        raise CommandRefused(f"the edited payload cannot be taken: {error}") from None
