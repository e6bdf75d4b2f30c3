"""Upserts: a change to a named thing comes in; its merged state goes out, applied if it is new.

The business action is the id with its ``revision``; without a revision the fields stand for it.
The very same change twice in a row alters nothing. An older revision after a newer one is applied
all the same, as most vendors do, and counted as out of order.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

import orjson

from tieline_sim.ledger import Ledger, Write, stored
from tieline_sim.messages import Answer


@dataclass(frozen=True, slots=True)
class Change:
    """New fields for one thing."""

    action: str
    id: str
    fields: dict[str, Any]
    always: bool = False  # it adds something each time, so a repeat is never harmless


def upsert(ledger: Ledger, change: Change, *, at_us: int) -> Answer:
    """201 when the thing is new, else 200."""
    digest = hashlib.sha256(orjson.dumps(change.fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
    before = ledger.newest(change.action, change.id)
    if before is not None and before.write.fingerprint == digest and not change.always:
        ledger.replayed += 1
        return Answer(200, before.write.body)
    state = orjson.loads(before.write.body) if before else {}
    revision = change.fields.get("revision")
    if _older(revision, state.get("revision")):
        ledger.out_of_order += 1
    write = Write(
        action=change.action,
        ref=f"{change.id}:{digest[:12] if revision is None else revision}",
        id=change.id,
        body=stored({**state, **change.fields, "id": change.id, "updated_at_us": at_us}),
        status=200 if before else 201,
        fingerprint=digest,
    )
    ledger.apply(write, at_us=at_us)
    return Answer(write.status, write.body)


def _older(revision: object, present: object) -> bool:
    return isinstance(revision, int) and isinstance(present, int) and revision < present
