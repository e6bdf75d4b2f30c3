"""Limits: what workers ask of connections is decided under a lock of their rows, and stored."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson

from tieline.adapters.sql.statement import RowOut, Steps, Value, ask, ask_set, put
from tieline.model.base.ids import NO_TENANT
from tieline.model.commands import Counted
from tieline.model.fleet.limits import KeepConnectionStates, LeasedQuotas, LeaseQuotas, QuotaPart
from tieline.model.views.rows import ConnectionStateRow
from tieline.model.views.views import ListConnectionStates
from tieline.rules.fleet.connection_state import (
    SharedState,
    health_of,
    state_in,
    state_of,
    words_of,
)
from tieline.rules.fleet.lease_quota import ConnectionRecord, QuotaDecision, trade
from tieline.rules.fleet.quota import HeldQuota, OpenQuota
from tieline.rules.outbound import window as counting
from tieline.rules.outbound.health import Health


def lease_shares(command: LeaseQuotas) -> Steps[LeasedQuotas]:
    """Decide each ask; a second command for the same connection waits for the first."""
    keys = [(NO_TENANT, ask_.connection) for ask_ in command.asks]
    yield from put("standing_make", keys)
    accounts = yield from _accounts(keys)
    now_us = command.now_us
    if now_us is None:  # asked with the rows in hand, so that time does not go back between holders
        ((now_us,),) = yield from ask("store_clock")
    done = [trade(accounts[a.connection], command.worker, a, now_us) for a in command.asks]
    named = [(done_.share.connection, done_) for done_ in done]
    yield from put("standing_keep", [_standing_row(c, x.common, x.pool) for c, x in named])
    kept = [(c, x) for c, x in named if _counts(x)]
    yield from put("share_keep", [_share_row(connection, x.own) for connection, x in kept])
    gone = [(c, worker) for c, x in named for worker in x.gone]
    gone += [(c, command.worker) for c, x in named if not _counts(x)]
    yield from put("share_drop", [(NO_TENANT, *pair) for pair in gone])
    return LeasedQuotas(tuple(one.share for one in done))


def keep_standings(command: KeepConnectionStates) -> Steps[Counted]:
    """Store what one process alone has decided."""
    rows = []
    now_us = command.now_us
    for connection, told in command.standings:
        common = SharedState(
            breaker=state_of(told, now_us),
            health=health_of(told, now_us),
            quiet_us=now_us + told.quiet_us if told.quiet_us else 0,
            allowance=told.allowance,
        )
        rows.append(_standing_row(connection, common, None))
    yield from put("standing_keep", rows)
    return Counted(len(rows))


def standings(_: ListConnectionStates) -> Steps[tuple[ConnectionStateRow, ...]]:
    """How connections stand."""
    return tuple(ConnectionStateRow(*row) for row in (yield from ask("standing_list")))


def _counts(done: QuotaDecision) -> bool:
    """Who neither holds nor wants anything has no row."""
    return any(done.own.holds) or any(done.own.wants)


def _accounts(keys: Sequence[tuple[str, str]]) -> Steps[dict[str, ConnectionRecord]]:
    rows = yield from ask_set("standing_lock", keys)
    held: dict[str, list[HeldQuota]] = defaultdict(list)
    for connection, worker, *amounts, asked_us in (yield from ask_set("share_of", keys)):
        holds, wants = QuotaPart(*amounts[:3]), QuotaPart(*amounts[3:])
        held[connection].append(HeldQuota(worker, holds, wants, asked_us))
    return {row[1]: _account(row, held[row[1]]) for row in rows}


def _account(row: RowOut, held: list[HeldQuota]) -> ConnectionRecord:
    _, _, word, until_us, streak, successes, prober, *rest = row
    refusals, refused_us, quiet_us, allowance, grown, sent, credit_us, credited_us, refused_to = (
        rest
    )
    common = SharedState(
        state_in(word, until_us, streak, successes),
        prober,
        Health(refusals, refused_us),
        quiet_us,
        allowance,
        grown,
        _window(orjson.loads(sent)),
        refused_to,
    )
    pool = None if credit_us is None else OpenQuota(credit_us, credited_us)
    return ConnectionRecord(common, pool, tuple(held))


def _window(stored: list[Any]) -> counting.CountWindow:
    if not stored:
        return counting.EMPTY
    slot, seen, marked, older = stored
    return counting.CountWindow(slot, seen, marked, tuple((a, b) for a, b in older))


def _standing_row(
    connection: str, common: SharedState, pool: OpenQuota | None
) -> tuple[Value, ...]:
    return (
        NO_TENANT,
        connection,
        *words_of(common.breaker),
        common.prober,
        *common.health,
        common.quiet_us,
        common.allowance,
        common.successes,
        orjson.dumps(list(common.sent)).decode(),
        *((None, 0) if pool is None else pool),
        common.refused_to,
    )


def _share_row(connection: str, own: HeldQuota) -> tuple[Value, ...]:
    return (NO_TENANT, connection, own.worker, *own.holds, *own.wants, own.asked_us)
