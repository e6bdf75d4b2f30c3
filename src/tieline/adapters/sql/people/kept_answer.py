"""Kept answers: who has an idempotency key, and what was answered to its request."""

from tieline.adapters.sql.statement import Steps, ask, do
from tieline.model.command import Counted
from tieline.model.people.kept_answer import KeepAnswer, KeyTaken, ReturnKey, TakeKey

BITE = 500
"""Old answers that one command clears away."""


def take_key(command: TakeKey) -> Steps[KeyTaken]:
    """Take a key that is free; else say what has it."""
    yield from do("answer_expire", before_us=command.forget_before_us, limit=BITE)
    name = {"actor": command.actor, "key": command.key}
    yield from do("answer_stale", **name, before_us=command.stale_before_us)
    yield from do("answer_old", **name, before_us=command.forget_before_us)
    taken = yield from do(
        "answer_take", **name, fingerprint=command.fingerprint, at_us=command.at_us
    )
    if taken:
        return KeyTaken(True, command.fingerprint, None, None)  # noqa: FBT003 - a value's field
    ((fingerprint, status, body),) = yield from ask("answer_find", **name)
    return KeyTaken(False, fingerprint, status, body)  # noqa: FBT003 - a value's field


def keep_answer(command: KeepAnswer) -> Steps[Counted]:
    """Keep what was answered."""
    count = yield from do(
        "answer_keep",
        actor=command.actor,
        key=command.key,
        status=command.status,
        body=command.body,
    )
    return Counted(count)


def free_key(command: ReturnKey) -> Steps[Counted]:
    """Give a key back."""
    return Counted((yield from do("answer_free", actor=command.actor, key=command.key)))
