"""Purging: old payloads, finished runs and expired identities are forgotten in small bites.

A bite goes on where the last one stopped (table ``mark``) and looks at ``limit`` rows of a table,
however long that has become. What is unfinished, or dead and undecided, keeps its payload until its
run is forgotten.
"""

from collections.abc import Sequence

from tieline.adapters.sql.hooks import CommitHooks
from tieline.adapters.sql.statement import RowOut, Steps, ask, do, put
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.commands import Counted, Purge
from tieline.model.views.series import HOUR_US, KINDS, MINUTE_US

MINUTES_KEPT_US = 3 * 24 * HOUR_US
HOURS_KEPT_US = 90 * 24 * HOUR_US
MOST_NAMES = 2_000


@value
class Payloads:
    """A table whose rows outlive their payloads, and the queries that forget those."""

    table: str
    old: str
    forget: str


RECEIPTS = Payloads("receipt", "receipt_old", "receipt_forget_payload")
EVENTS = Payloads("event", "event_old", "event_forget_payload")


def purge(command: Purge, hooks: CommitHooks) -> Steps[Counted]:
    """One bite; the count says whether there may be more (it reaches the limit)."""
    receipts = yield from _forget_payloads(RECEIPTS, command)
    events = yield from _forget_payloads(EVENTS, command)
    expired = yield from do("dedupe_expire", now_us=command.now_us, limit=command.limit)
    runs = yield from _forget_runs(command, hooks)
    yield from _forget_knowledge(command, hooks)
    return Counted(max(receipts, events, expired, runs))


def _forget_payloads(payloads: Payloads, command: Purge) -> Steps[int]:
    """Those of rows that have become old since the last bite; returns how many were looked at."""
    after = int((yield from _reached(payloads.table)) or 0)
    before_us = command.payloads_before_us
    ((count, last),) = yield from ask(
        payloads.old, after=after, before_us=before_us, limit=command.limit
    )
    if count:
        yield from do(payloads.forget, after=after, last=last)
        yield from do("mark_set", name=payloads.table, reached=str(last))
    return int(count)


def _forget_runs(command: Purge, hooks: CommitHooks) -> Steps[int]:
    """Finished ones among the next runs, lap by lap; returns how many were looked at."""
    after = yield from _reached("run")
    before_us = command.runs_before_us
    ((count, last),) = yield from ask(
        "run_old", after=after, before_us=before_us, limit=command.limit
    )
    if count:
        rows = yield from ask("run_finished", after=after, last=last, before_us=before_us)
        yield from _delete_runs(rows, command.payloads_before_us, hooks)
    # Behind the last old run a new lap begins: the unfinished ones may have ended meanwhile.
    reached = last if count == command.limit else ""
    if reached != after:
        yield from do("mark_set", name="run", reached=reached)
    return int(count) if reached else 0


def _delete_runs(
    rows: Sequence[RowOut], payloads_before_us: int, hooks: CommitHooks
) -> Steps[None]:
    ids: list[tuple[str, str]] = [row[:2] for row in rows]
    yield from put("step_delete_of_runs", ids)
    yield from put("attempt_delete_of_runs", ids)
    yield from put("exchange_delete_of_runs", ids)
    yield from hooks.forgets(ids)
    yield from put("dead_delete", ids)
    yield from put("run_delete", ids)
    events = [(*event, payloads_before_us) for event in {(row[0], row[2]) for row in rows}]
    yield from put("event_forget_spent", events)
    yield from put("receipt_forget_spent", events)


def _forget_knowledge(command: Purge, hooks: CommitHooks) -> Steps[None]:
    """What was sent and answered goes with the payloads; what features know, as they say."""
    limit, before_us = command.limit, command.payloads_before_us
    yield from do("exchange_expire", before_us=before_us, limit=limit)
    yield from hooks.purges(command)
    yield from _forget_counts(command.now_us)


def _forget_counts(now_us: Micros) -> Steps[None]:
    """Once an hour: minutes are kept for days, hours for months."""
    hour = str(now_us // HOUR_US)
    if (yield from _reached("tally")) == hour:
        return
    yield from do("mark_set", name="tally", reached=hour)
    rows: list[tuple[str, str, int, Micros]] = []
    for kind in KINDS:
        for (name,) in (yield from ask("tally_names", kind=kind, limit=MOST_NAMES)):
            rows.append((kind, name, MINUTE_US, now_us - MINUTES_KEPT_US))
            rows.append((kind, name, HOUR_US, now_us - HOURS_KEPT_US))
    yield from put("tally_forget", rows)


def _reached(name: str) -> Steps[str]:
    rows = yield from ask("mark_get", name=name)
    return str(rows[0][0]) if rows else ""
