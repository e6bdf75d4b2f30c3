"""Apply: a batch of commands comes in; one sans-IO transaction over all of them; answers go out.

Hot kinds are grouped, so that a set costs about as many statements as a single one; the rest
run one by one, in the order in which they came.
"""

from collections.abc import Sequence
from typing import Any

from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.runs import claiming, execution, ingesting, locking
from tieline.adapters.sql.statement import Steps, put
from tieline.model import commands as c
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.command import Command
from tieline.model.fleet.limits import LeaseQuotas

Answer = object
"""What the commit of a command returns, or the exception it raises."""


def apply(
    batch: Sequence[Command[Any]], turns: claiming.TurnMemory, catalogue: Catalogue
) -> Steps[list[Answer]]:
    """One transaction's worth of storage logic; answers stand in the order of *batch*."""
    answers: dict[int, Answer] = {}
    runs = [(i, x) for i, x in enumerate(batch) if isinstance(x, c.Remember | c.Settle)]
    owned = yield from execution.valid_claims([x.claim for _, x in runs])
    hooks = catalogue.hooks
    ends = {x.claim for _, x in runs if isinstance(x, c.Settle)}
    yield from locking.lock_lanes(batch, [own for claim, own in owned.items() if claim in ends])
    ingests = [(i, x) for i, x in enumerate(batch) if isinstance(x, c.Ingest)]
    if ingests:
        _gather(answers, ingests, (yield from ingesting.ingest([x for _, x in ingests], hooks)))
    kept = [(i, x) for i, x in enumerate(batch) if isinstance(x, c.KeepReceipt)]
    if kept:
        receipts = [x.receipt for _, x in kept]
        yield from put("receipt_insert", receipts)
        yield from hooks.ingested(receipts)
        _gather(answers, kept, [c.Counted(1)] * len(kept))
    if runs:
        settled = yield from execution.remember_and_settle([x for _, x in runs], owned, hooks)
        _gather(answers, runs, settled)
    # Shares come last: whoever waits for a lane has no connection's row locked meanwhile.
    for i, x in sorted(enumerate(batch), key=lambda pair: isinstance(pair[1], LeaseQuotas)):
        if i not in answers:
            answers[i] = yield from _alone(x, turns, catalogue)
    return [answers[i] for i in range(len(batch))]


def _alone(
    command: Command[Any], turns: claiming.TurnMemory, catalogue: Catalogue
) -> Steps[Answer]:
    """A refusal is an answer too: it is raised before anything is written, so the rest goes on.

    What a person was refused is kept.
    """
    try:
        if isinstance(command, c.Claim):
            return (yield from claiming.claim(command, turns))
        return (yield from catalogue.commands[type(command)](command))
    except (Conflict, NotFound) as refusal:
        note = catalogue.refusal(command, refusal)
        if note is not None:
            yield from catalogue.commands[type(note)](note)
        return refusal


def _gather(
    answers: dict[int, Answer], asked: Sequence[tuple[int, object]], got: Sequence[Answer]
) -> None:
    for (i, _), answer in zip(asked, got, strict=True):
        answers[i] = answer
