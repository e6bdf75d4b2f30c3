"""Issue deciding: what a person, or the passing of time, makes of an issue is stored."""

from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, ask, do
from tieline.features.issues.model import (
    AcknowledgeIssue,
    MuteIssue,
    ReopenIssue,
    ResolveIssue,
    TendIssues,
)
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.base.ids import IssueId, Micros
from tieline.model.commands import By, Counted

HELD_LOOKED_AT = 5_000
QUIET_LOOKED_AT = 2_000
QUIET = "it did not fail for long, and nothing of it waits for a decision"


def acknowledge(command: AcknowledgeIssue) -> Steps[Counted]:
    """Somebody works on it."""
    yield from _refuse(command.id, "acknowledged", "resolved")
    return (yield from _move(command.id, "acknowledged", "acknowledge-issue", command.by))


def resolve(command: ResolveIssue) -> Steps[Counted]:
    """It is mended."""
    yield from _refuse(command.id, "resolved")
    return (yield from _move(command.id, "resolved", "resolve-issue", command.by))


def mute(command: MuteIssue) -> Steps[Counted]:
    """It stays quiet; muting again changes for how long."""
    yield from _refuse(command.id)
    until_us = command.until_us
    if until_us is not None and until_us <= command.by.at_us:
        raise Conflict(f"{command.id} cannot be muted until a time that has passed")
    return (yield from _move(command.id, "muted", "mute-issue", command.by, until_us))


def reopen(command: ReopenIssue) -> Steps[Counted]:
    """It is open again."""
    yield from _refuse(command.id, "open")
    return (yield from _move(command.id, "open", "reopen-issue", command.by))


def _refuse(id_: IssueId, *states: str) -> Steps[None]:
    """Raise unless there is such an issue, in none of *states*."""
    found = yield from ask("issues.get", id=id_)
    if not found:
        raise NotFound("issue", id_)
    state, actor = found[0]
    if state in states:
        whose = f" by {actor}" if actor else ""
        raise Conflict(f"{id_} is {state} already{whose}")


def _move(
    id_: IssueId, state: str, action: str, by: By, until_us: Micros | None = None
) -> Steps[Counted]:
    yield from do(
        "issues.move",
        id=id_,
        state=state,
        until_us=until_us,
        actor=by.actor,
        reason=by.reason,
        at_us=by.at_us,
    )
    yield from audit(by, action, id_)
    return Counted(1)


def tend(command: TendIssues) -> Steps[Counted]:
    """What is over ends by itself; returns how many were resolved."""
    yield from do("issues.unmute", now_us=command.now_us, limit=command.limit)
    rows = yield from ask("issues.quiet", before_us=command.quiet_since_us, look=QUIET_LOOKED_AT)
    if not rows:
        return Counted(0)
    held = {row[0] for row in (yield from ask("issues.held", look=HELD_LOOKED_AT))}
    over = [row[0] for row in rows if row[0] not in held]
    for id_ in sorted(over[: command.limit]):
        yield from do(
            "issues.move",
            id=id_,
            state="resolved",
            until_us=None,
            actor="tieline",
            reason=QUIET,
            at_us=command.now_us,
        )
    return Counted(min(len(over), command.limit))
