"""Decisions: what people decide about many runs, and what was counted."""

from enum import StrEnum
from typing import NamedTuple

from tieline.model.base.by import By
from tieline.model.base.ids import Micros, ReceiptId, RunId
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand

REFUSED = "rejected-"
"""Begins what the audit log says of an order that was not carried out."""


@value
class Decided:
    """What became of a DecideMany, or of a CloseDeliveries."""

    done: tuple[RunId | ReceiptId, ...]
    refused: tuple[tuple[RunId | ReceiptId, str], ...]
    """(run or delivery, why not)."""


@value
class DecideMany(OperatorCommand[Decided]):
    """One decision about many runs, each with its own line in the audit log; at most 200.

    A run whose state does not allow it is left alone, and named in the answer.
    """

    action: str
    """One of ``BulkAction``."""
    run_ids: tuple[RunId, ...]
    by: By


MOST_DECIDED = 200


class BulkAction(StrEnum):
    """What can be decided about many runs at once."""

    RETRY = "retry"
    DISCARD = "discard"
    CONTINUE = "resolve-continue"
    ATTEMPT_AGAIN = "resolve-retry"
    GIVE_UP = "resolve-give-up"
    RETRY_NOW = "retry-now"
    CANCEL = "cancel"


BULK_ACTIONS = {
    "dead-letters": (BulkAction.RETRY, BulkAction.DISCARD),
    "held": (BulkAction.CONTINUE, BulkAction.ATTEMPT_AGAIN, BulkAction.GIVE_UP, BulkAction.CANCEL),
    "retrying": (BulkAction.RETRY_NOW,),
}
"""What can be decided about all of a filter, by its target."""


@value
class CloseDeliveries(OperatorCommand[Decided]):
    """Close deliveries in quarantine without a run."""

    receipt_ids: tuple[ReceiptId, ...]
    by: By


class TallyRow(NamedTuple):
    """One count: row of the tally table, in column order."""

    kind: str
    """One of ``KINDS`` (``model/view_series.py``)."""
    name: str
    step_us: int
    """A minute or an hour."""
    at_us: Micros
    """Where that begins."""
    word: str
    number: int
    """Added to what is there; of words that start with ``most-`` the largest is kept."""


class DeliveryTime(NamedTuple):
    """When a source delivered something authentic."""

    source: str
    first_us: Micros
    last_us: Micros
    times: int


@value
class KeepTally(Command[Counted]):
    """Add what one process counted to the store's tallies, and note when sources were heard."""

    rows: tuple[TallyRow, ...]
    heard: tuple[DeliveryTime, ...] = ()


@value
class KeepRefusal(Command[Counted]):
    """Say in the audit log that a person's order was refused."""

    by: By
    action: str
    subject: str
