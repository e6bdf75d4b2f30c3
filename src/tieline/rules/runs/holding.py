"""Holding: which step of a run is a flow's own hold, and how a person's yes to it is remembered.

A hold is a step, so that a yes survives whatever happens to the process: failed and tried as long
as a person is asked, done once they let it through. One that is not asked any more has no tries.
"""

from datetime import UTC, datetime, timedelta

import orjson

from tieline.model.base.by import By
from tieline.model.runs.let_through import LetThrough
from tieline.model.runs.run import StepRecord, StepState

HOLD_STEP = "hold for a person"
"""The name of these steps; their key is the author's, or a number."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_asked(known: StepRecord) -> bool:
    """Whether *known* is the hold that a person is asked about."""
    return known.name == HOLD_STEP and known.state is StepState.FAILED and known.tries > 0


def remembered(by: By) -> bytes:
    """What the step of a hold returns that *by* let through."""
    return orjson.dumps({"by": by.actor, "at_us": by.at_us, "words": by.reason})


def read(result: bytes) -> LetThrough:
    """The same, as the flow sees it."""
    stored = orjson.loads(result)
    at = _EPOCH + timedelta(microseconds=stored["at_us"])
    return LetThrough(stored["by"], at, stored["words"])


def raised_again(reason: str, passed: LetThrough) -> str:
    """Why a run is held that was let through: its flow cannot see that it was."""
    return (
        f"{reason} ({passed.by} let it pass, and the flow raises it again: it has to await "
        "run.hold(...), or to ask run.let_through(...) before it raises; then --retry)"
    )
