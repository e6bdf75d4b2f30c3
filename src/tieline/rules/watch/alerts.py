"""Alerts: what is wrong now and what was known before come in; what to remember and tell goes out.

Two questions, each answered by a table. What is wrong (``wrong_now``) looks at one moment. What
becomes of an alert (``judged``) looks at time: a thing must be so for a while before anybody is
told (debounce), and must be over for a while before that is told (so that a flapping thing is one
alert). People are told once when an alert begins to fire and once when it has ended.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.inbound.receipt import LIMITED, Verdict
from tieline.model.people.alert import AlertKind, AlertRow, AlertState
from tieline.rules.formats.plain_time import short, span
from tieline.rules.runs.waiting import counted_in_words
from tieline.rules.watch.fleet import FleetProblem
from tieline.rules.watch.slow_calls import CallTimes

MINUTE_US = 60_000_000
FORGOTTEN_US = 7 * 24 * 60 * MINUTE_US
"""An alert that ended is listed for so long."""
FEWEST_TRIES = 20
"""Fewer tries say nothing about a share of them."""
FEWEST_REFUSALS = 3
"""One or two may be a stranger's."""
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """How long a thing must be so before it fires, and over before it has ended."""

    fires_us: Micros
    ends_us: Micros


PATIENCE: Mapping[AlertKind, AlertTimes] = {
    AlertKind.ERROR_RATIO: AlertTimes(2 * MINUTE_US, 5 * MINUTE_US),
    AlertKind.DEAD_LETTERS: AlertTimes(0, MINUTE_US),
    AlertKind.OLDEST_WAITING: AlertTimes(MINUTE_US, 2 * MINUTE_US),
    AlertKind.BREAKER_OPEN: AlertTimes(MINUTE_US, 2 * MINUTE_US),
    AlertKind.UNHEALTHY: AlertTimes(MINUTE_US, MINUTE_US),
    AlertKind.SLOW: AlertTimes(2 * MINUTE_US, 5 * MINUTE_US),
    AlertKind.SOURCE_SILENT: AlertTimes(0, 0),
    AlertKind.LOOP_BLOCKED: AlertTimes(0, MINUTE_US),
    AlertKind.SOURCE_REFUSES: AlertTimes(MINUTE_US, 2 * MINUTE_US),
    AlertKind.DISK_LOW: AlertTimes(2 * MINUTE_US, 5 * MINUTE_US),
    AlertKind.PROCESSES_DIFFER: AlertTimes(10 * MINUTE_US, MINUTE_US),
    AlertKind.PROCESS_TROUBLE: AlertTimes(MINUTE_US, MINUTE_US),
    AlertKind.ROLE_MISSING: AlertTimes(2 * MINUTE_US, MINUTE_US),
    AlertKind.FLOW_NOT_EVERYWHERE: AlertTimes(0, 0),
    AlertKind.PARTS_MISSING: AlertTimes(MINUTE_US, 0),
    AlertKind.UNDECLARED_FLOW: AlertTimes(10 * MINUTE_US, MINUTE_US),
}


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """From where on a thing is wrong."""

    error_share: float = 0.2
    oldest_us: Micros = 30 * MINUTE_US
    disk_free_share: float = 0.1


@dataclass(frozen=True, slots=True)
class FlowSign:
    """How a flow stands."""

    name: str
    owner: str
    dead: int
    oldest_us: Micros | None
    """How old its oldest run is that neither ended, nor sleeps, nor waits for a person."""


@dataclass(frozen=True, slots=True)
class ConnectionSign:
    """How a connection stands."""

    name: str
    owner: str
    tries: int
    failures: int
    """Of the tries of the last minutes."""
    state: str
    """``paused``, ``unhealthy``, ``open``, ``probing`` or ``closed``."""
    waiting: int = 0
    """Runs that wait for it, counted up to 1,000."""
    credential: str | None = None
    """The vault's name of the secret that its calls need."""
    slow: CallTimes | None = None
    """How slow it is, if it is slow against its own past."""


@dataclass(frozen=True, slots=True)
class SourceSign:
    """How a source stands."""

    name: str
    owner: str
    quiet_us: Micros
    """For how long nothing authentic came."""
    rhythm_us: Micros | None
    """How long a pause may be; None: neither declared nor learned yet."""
    is_declared: bool
    refused: int = 0
    """How many of its latest deliveries were refused, if nothing else came of any."""


@dataclass(frozen=True, slots=True)
class BlockedSign:
    """What has kept a process from turning lately."""

    subject: str
    owner: str
    words: str


@dataclass(frozen=True, slots=True)
class AllSigns:
    """Everything that is looked at."""

    flows: tuple[FlowSign, ...] = ()
    connections: tuple[ConnectionSign, ...] = ()
    sources: tuple[SourceSign, ...] = ()
    disk_free_share: float | None = None
    fleet: tuple[FleetProblem, ...] = ()
    blocked: tuple[BlockedSign, ...] = ()


@value
class AlertProblem:
    """A thing that is wrong at this moment."""

    kind: AlertKind
    subject: str
    owner: str
    reason: str

    @property
    def key(self) -> str:
        """What tells it from others."""
        return f"{self.kind} {self.subject}"


def wrong_now(now: AllSigns, limits: AlertLimits) -> list[AlertProblem]:
    """What is wrong at this moment, however short it may be so."""
    found: list[AlertProblem] = []
    for flow in now.flows:
        found += _of_flow(flow, limits)
    for connection in now.connections:
        found += _of_connection(connection, limits)
        found += _of_speed(connection)
    for source in now.sources:
        found += _of_source(source)
    for sign in now.blocked:
        found.append(AlertProblem(AlertKind.LOOP_BLOCKED, sign.subject, sign.owner, sign.words))
    if now.disk_free_share is not None and now.disk_free_share < limits.disk_free_share:
        reason = f"{now.disk_free_share:.1%} of the disk of the store is free; make room"
        found.append(AlertProblem(AlertKind.DISK_LOW, "store", "", reason))
    owners = {f"flow:{flow.name}": flow.owner for flow in now.flows}
    for one in now.fleet:
        reason = f"{one.what}; {one.do}"
        found.append(AlertProblem(one.kind, one.subject, owners.get(one.subject, ""), reason))
    return found


def _of_flow(flow: FlowSign, limits: AlertLimits) -> Iterable[AlertProblem]:
    subject = f"flow:{flow.name}"
    if flow.dead:
        what = "1 dead letter waits" if flow.dead == 1 else f"{flow.dead} dead letters wait"
        reason = f"{what} for a decision: tieline dead list --flow {flow.name}"
        yield AlertProblem(AlertKind.DEAD_LETTERS, subject, flow.owner, reason)
    if flow.oldest_us is not None and flow.oldest_us > limits.oldest_us:
        reason = f"a run of it has not ended for {span(flow.oldest_us)}"
        yield AlertProblem(AlertKind.OLDEST_WAITING, subject, flow.owner, reason)


def _of_connection(connection: ConnectionSign, limits: AlertLimits) -> Iterable[AlertProblem]:
    subject = f"connection:{connection.name}"
    tries, failures = connection.tries, connection.failures
    if tries >= FEWEST_TRIES and failures >= limits.error_share * tries:
        reason = f"{failures} of the last {tries} attempts failed ({failures / tries:.0%})"
        yield AlertProblem(AlertKind.ERROR_RATIO, subject, connection.owner, reason)
    if connection.state in {"open", "probing"}:
        reason = f"its calls are kept back, because too many have failed{_waiting(connection)}"
        reason += f"; tieline connections show {connection.name} says how they failed"
        yield AlertProblem(AlertKind.BREAKER_OPEN, subject, connection.owner, reason)
    if connection.state == "unhealthy":
        what = "the other side does not accept the credential; put a valid one into the vault"
        what += "" if connection.credential is None else f" as {connection.credential!r}"
        reason = f"{what}{_waiting(connection)}"
        yield AlertProblem(AlertKind.UNHEALTHY, subject, connection.owner, reason)


def _of_speed(connection: ConnectionSign) -> Iterable[AlertProblem]:
    slow = connection.slow
    if slow is None:
        return
    reason = f"half of its attempts take {span(slow.now_us)} or longer, where "
    reason += f"{span(slow.usual_us)} is usual; tieline connections show {connection.name}"
    yield AlertProblem(AlertKind.SLOW, f"connection:{connection.name}", connection.owner, reason)


def _waiting(connection: ConnectionSign) -> str:
    if not connection.waiting:
        return ""
    return f"; {counted_in_words(connection.name, connection.waiting, None)}"


def refused_only(counts: Mapping[str, int]) -> int:
    """How many deliveries of a source were refused, if none was taken; those beyond a rate were
    sent too often, and are not wrong."""
    refused = counts.get(Verdict.REFUSED, 0) - counts.get(LIMITED, 0)
    taken = sum(counts.get(word, 0) for word in Verdict if word != Verdict.REFUSED)
    return 0 if taken else refused


def _of_source(source: SourceSign) -> Iterable[AlertProblem]:
    subject = f"source:{source.name}"
    if source.refused >= FEWEST_REFUSALS:
        why = f"tieline deliveries list --source {source.name} --status rejected says why"
        reason = f"all of the latest {source.refused} deliveries were rejected; {why}"
        yield AlertProblem(AlertKind.SOURCE_REFUSES, subject, source.owner, reason)
    if source.rhythm_us is None or source.quiet_us <= source.rhythm_us:
        return
    known = "it is declared to deliver" if source.is_declared else "it usually delivers"
    reason = f"nothing came for {span(source.quiet_us)}; {known} within {span(source.rhythm_us)}"
    yield AlertProblem(AlertKind.SOURCE_SILENT, subject, source.owner, reason)


# --- what becomes of an alert ---------------------------------------------------------------------


@value
class Judgement:
    """What to remember, and whom to tell of what."""

    changed: tuple[AlertRow, ...]
    forgotten: tuple[str, ...]
    moved: tuple[AlertRow, ...]
    """Those that began to fire, or ended, at this moment."""
    to_tell: tuple[AlertRow, ...]
    """Those of which people still have to be told, also from before."""


def judged(known: Sequence[AlertRow], wrong: Sequence[AlertProblem], now_us: Micros) -> Judgement:
    """Hold what is wrong now against what was known."""
    wrongs = {one.key: one for one in wrong}
    before = {row.key: row for row in known}
    after: dict[str, AlertRow] = {}
    for key, row in before.items():
        found = wrongs.get(key)
        kept = _over(row, now_us) if found is None else _still(row, found, now_us)
        if kept is not None:
            after[key] = kept
    for key, found in wrongs.items():
        if key not in before:
            after[key] = _begun(found, now_us)
    changed = tuple(row for key, row in after.items() if row != before.get(key))
    moved = tuple(row for row in changed if now_us in _moments(row, before.get(row.key)))
    to_tell = tuple(row for row in after.values() if _is_untold(row))
    return Judgement(changed, tuple(sorted(before.keys() - after.keys())), moved, to_tell)


def _begun(wrong: AlertProblem, now_us: Micros) -> AlertRow:
    reason = wrong.reason[:LONGEST_REASON]
    row = AlertRow(
        wrong.key,
        wrong.kind,
        wrong.subject,
        wrong.owner,
        reason,
        AlertState.PENDING,
        now_us,
        fired_us=None,
        clear_us=None,
        ended_us=None,
        told_us=None,
    )
    return _fired_if_due(row, now_us)


def _still(row: AlertRow, wrong: AlertProblem, now_us: Micros) -> AlertRow:
    if row.state == AlertState.ENDED:
        return _begun(wrong, now_us)
    row = replace(row, owner=wrong.owner, reason=wrong.reason[:LONGEST_REASON], clear_us=None)
    return _fired_if_due(row, now_us)


def _fired_if_due(row: AlertRow, now_us: Micros) -> AlertRow:
    patience = PATIENCE[AlertKind(row.kind)]
    if row.state != AlertState.PENDING or now_us - row.since_us < patience.fires_us:
        return row
    return replace(row, state=AlertState.FIRING, fired_us=now_us, told_us=None)


def _over(row: AlertRow, now_us: Micros) -> AlertRow | None:
    if row.state == AlertState.PENDING:
        return None
    if row.state == AlertState.ENDED:
        is_old = now_us - (row.ended_us or 0) > FORGOTTEN_US and row.told_us is not None
        return None if is_old else row
    clear_us = now_us if row.clear_us is None else row.clear_us
    row = replace(row, clear_us=clear_us)
    if now_us - clear_us < PATIENCE[AlertKind(row.kind)].ends_us:
        return row
    # Who was never told that it fired need not hear that it ended; but it is listed.
    told_us = None if row.told_us is not None else now_us
    return replace(row, state=AlertState.ENDED, ended_us=now_us, told_us=told_us)


def _moments(row: AlertRow, before: AlertRow | None) -> tuple[Micros | None, ...]:
    if before is not None and before.state == row.state and before.fired_us == row.fired_us:
        return ()
    return (row.fired_us, row.ended_us)


def _is_untold(row: AlertRow) -> bool:
    return row.told_us is None and row.state in {AlertState.FIRING, AlertState.ENDED}


# --- words ----------------------------------------------------------------------------------------


def told_reason(row: AlertRow) -> str:
    """Why an alert fires; of one that has ended, that it is over."""
    return f"it is over, after {_lasted(row)}" if row.state == AlertState.ENDED else row.reason


def messages(hub: str, rows: Sequence[AlertRow]) -> list[tuple[str, str]]:
    """For each owner one text, with all that concerns them."""
    owners = sorted({row.owner for row in rows})
    return [
        (owner, _message(hub, owner, [row for row in rows if row.owner == owner]))
        for owner in owners
    ]


def _lasted(row: AlertRow) -> str:
    return span((row.ended_us or 0) - row.since_us)


def _message(hub: str, owner: str, rows: Sequence[AlertRow]) -> str:
    firing = [row for row in rows if row.state == AlertState.FIRING]
    ended = [row for row in rows if row.state == AlertState.ENDED]
    whom = owner or "nobody in particular (declare an owner)"
    lines = [f"{hub}: {_count(firing, ended)}, for {whom}"]
    lines += [f"FIRING {row.subject}: {row.reason} (since {_at(row.since_us)})" for row in firing]
    lines += [f"ended {row.subject}: {row.kind} is over after {_lasted(row)}" for row in ended]
    return "\n".join(lines)


def _count(firing: Sequence[AlertRow], ended: Sequence[AlertRow]) -> str:
    parts = []
    if firing:
        parts.append("1 alert fires" if len(firing) == 1 else f"{len(firing)} alerts fire")
    if ended:
        parts.append("1 has ended" if len(ended) == 1 else f"{len(ended)} have ended")
    return ", ".join(parts)


def _at(at_us: Micros) -> str:
    return f"{short(at_us)} UTC"
