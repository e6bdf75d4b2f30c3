"""Apply: a batch of commands comes in; one sans-IO transaction over all of them; answers go out.

Hot kinds are grouped, so that a set costs about as many statements as a single one; the rest
run one by one, in the order in which they came.
"""

from collections.abc import Callable, Sequence
from typing import Any

from tieline.adapters.sql.fleet import limits as sharing
from tieline.adapters.sql.fleet import tallying
from tieline.adapters.sql.issues import deciding as issue_deciding
from tieline.adapters.sql.people import access
from tieline.adapters.sql.replays import operating, replaying
from tieline.adapters.sql.runs import (
    bulk_deciding,
    claiming,
    deciding,
    execution,
    ingesting,
    locking,
    quarantining,
    scheduling,
    sweeping,
    timing,
)
from tieline.adapters.sql.runs.issue_writer import note_receipts
from tieline.adapters.sql.statement import Steps, put
from tieline.adapters.sql.store import alerting, purging
from tieline.model import commands as c
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.command import Command
from tieline.model.fleet.limits import KeepStandings, LeaseShares
from tieline.model.fleet.presence import Beat, Leave, TakeDuty
from tieline.model.people import access as a
from tieline.model.people.alert import KeepAlerts
from tieline.model.replays import operation as o

Answer = object
"""What the commit of a command returns, or the exception it raises."""

ALONE: dict[type[Command[Any]], Callable[[Any], Steps[Any]]] = {
    c.GiveBack: execution.give_back,
    c.Promote: timing.promote,
    c.WakeWaiting: timing.wake_waiting,
    Beat: sweeping.beat,
    Leave: sweeping.leave,
    c.Sweep: sweeping.sweep,
    TakeDuty: sweeping.take_duty,
    LeaseShares: sharing.lease_shares,
    KeepStandings: sharing.keep_standings,
    c.KeepSchedule: scheduling.keep_schedule,
    c.Fire: scheduling.fire,
    c.Pause: deciding.pause,
    c.Resume: deciding.resume,
    c.Cancel: deciding.cancel,
    c.RetryDead: deciding.retry_dead,
    c.DiscardDead: deciding.discard_dead,
    c.EditDead: deciding.edit_dead,
    c.ResolveHeld: deciding.resolve_held,
    c.StartReplay: replaying.start_replay,
    c.ContinueReplay: replaying.continue_replay,
    c.CancelReplay: replaying.cancel_replay,
    c.Purge: purging.purge,
    KeepAlerts: alerting.keep,
    c.AcknowledgeIssue: issue_deciding.acknowledge,
    c.ResolveIssue: issue_deciding.resolve,
    c.MuteIssue: issue_deciding.mute,
    c.ReopenIssue: issue_deciding.reopen,
    c.TendIssues: issue_deciding.tend,
    a.AddUser: access.add_user,
    a.SetRole: access.set_role,
    a.SetPassword: access.set_password,
    a.RemoveUser: access.remove_user,
    a.AddInvite: access.add_invite,
    a.AcceptInvite: access.accept_invite,
    a.OpenSession: access.open_session,
    a.TouchSession: access.touch_session,
    a.EndSession: access.end_session,
    a.EndSessions: access.end_sessions,
    a.AddToken: access.add_token,
    a.TouchToken: access.touch_token,
    a.RevokeToken: access.revoke_token,
    a.TakeKey: access.take_key,
    a.KeepAnswer: access.keep_answer,
    a.FreeKey: access.free_key,
    o.StartOperation: operating.start,
    o.MoveOperation: operating.move,
    o.CancelOperation: operating.cancel,
    c.KeepTally: tallying.keep,
    c.DecideMany: bulk_deciding.decide,
    c.CloseDeliveries: quarantining.close,
}


def apply(batch: Sequence[Command[Any]], turns: claiming.TurnMemory) -> Steps[list[Answer]]:
    """One transaction's worth of storage logic; answers stand in the order of *batch*."""
    answers: dict[int, Answer] = {}
    runs = [(i, x) for i, x in enumerate(batch) if isinstance(x, c.Remember | c.Settle)]
    owned = yield from execution.valid_claims([x.claim for _, x in runs])
    ends = {x.claim for _, x in runs if isinstance(x, c.Settle)}
    yield from locking.lock_lanes(batch, [own for claim, own in owned.items() if claim in ends])
    ingests = [(i, x) for i, x in enumerate(batch) if isinstance(x, c.Ingest)]
    if ingests:
        _gather(answers, ingests, (yield from ingesting.ingest([x for _, x in ingests])))
    kept = [(i, x) for i, x in enumerate(batch) if isinstance(x, c.KeepReceipt)]
    yield from put("receipt_insert", [x.receipt for _, x in kept])
    yield from note_receipts(x.receipt for _, x in kept)
    _gather(answers, kept, [c.Counted(1)] * len(kept))
    if runs:
        settled = yield from execution.remember_and_settle([x for _, x in runs], owned)
        _gather(answers, runs, settled)
    # Shares come last: whoever waits for a lane has no connection's row locked meanwhile.
    for i, x in sorted(enumerate(batch), key=lambda pair: isinstance(pair[1], LeaseShares)):
        if i not in answers:
            answers[i] = yield from _alone(x, turns)
    return [answers[i] for i in range(len(batch))]


def _alone(command: Command[Any], turns: claiming.TurnMemory) -> Steps[Answer]:
    """A refusal is an answer too: it is raised before anything is written, so the rest goes on."""
    try:
        if isinstance(command, c.Claim):
            return (yield from claiming.claim(command, turns))
        return (yield from ALONE[type(command)](command))
    except (Conflict, NotFound) as refusal:
        return refusal


def _gather(
    answers: dict[int, Answer], asked: Sequence[tuple[int, object]], got: Sequence[Answer]
) -> None:
    for (i, _), answer in zip(asked, got, strict=True):
        answers[i] = answer
