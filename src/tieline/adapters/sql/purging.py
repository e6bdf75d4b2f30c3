"""Purging: old payloads, finished runs and expired identities are forgotten in small bites."""

from tieline.adapters.sql.statement import Steps, ask, do, put
from tieline.model.commands import Counted, Purge


def purge(command: Purge) -> Steps[Counted]:
    """One bite; the count says whether there may be more (it reaches the limit)."""
    limit = command.limit
    old = command.payloads_before_us
    receipts = yield from do("receipt_forget_payload", before_us=old, limit=limit)
    events = yield from do("event_forget_payload", before_us=old, limit=limit)
    expired = yield from do("dedupe_expire", now_us=command.now_us, limit=limit)
    rows = yield from ask("run_old", before_us=command.runs_before_us, limit=limit)
    yield from put("step_delete_of_runs", rows)
    yield from put("attempt_delete_of_runs", rows)
    yield from put("dead_delete", rows)
    yield from put("run_delete", rows)
    return Counted(max(receipts, events, expired, len(rows)))
