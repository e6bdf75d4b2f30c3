"""JsonLog: facts come in; one line of JSON for each goes out, in one documented form.

``docs/telemetry.md`` lists the fields, ``docs/log-line.schema.json`` is held against them in tests.
A field that is not known is left out. Nothing of a payload is ever among them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

from tieline.adapters.telemetry.observers import Handlers
from tieline.model.base.ids import Micros
from tieline.model.inbound.event import Event
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs import facts as f
from tieline.model.runs.run import ClaimedRun, RunState
from tieline.rules.fleet.blocked import thread_words
from tieline.rules.formats.plain_time import iso

LEVELS = {"debug": 0, "info": 1, "warning": 2, "error": 3}
NEWLINE = orjson.OPT_APPEND_NEWLINE

_WARNED = {Verdict.REFUSED, Verdict.QUARANTINED}
DELIVERIES = {v: ("warning" if v in _WARNED else "info", f"delivery.{v}") for v in Verdict}
_STATES = {RunState.DEAD: "error", RunState.HELD: "error", RunState.RETRYING: "warning"}
ENDINGS = {state: (_STATES.get(state, "info"), f"run.{state}") for state in RunState}
"""(level, event); formatting an enumeration's member takes longer than looking it up."""
CONNECTION_LEVELS = {"open": "error", "unhealthy": "error", "probing": "warning"}

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LogAbout:
    """What stands in every line, and which lines are wanted."""

    hub: str
    process: int | None = None
    """Its number, where a hub has several."""
    level: str = "info"


class JsonLog:
    """Writes a line for every fact of a level that is wanted."""

    def __init__(
        self,
        write: Callable[[bytes], None],
        now_us: Callable[[], Micros],
        *,
        about: LogAbout,
        clean: Callable[[str], str] = str,
    ) -> None:
        """*clean* takes secrets out of a text; it is asked for every text from outside."""
        self._write = write
        self._now_us = now_us
        self._hub = about.hub
        self._number = about.process
        self._least = LEVELS[about.level]
        self._clean = clean
        self._second = -1
        self._prefix = ""
        self._operations: dict[str, str] = {}

    @property
    def handlers(self) -> Handlers:
        """What is done with each kind of fact; nothing with those that never reach the level."""
        handlers: dict[type, tuple[str, Callable[[Any], None]]] = {
            f.Received: ("error", self._received),
            f.CallTried: ("error", self._called),
            f.RunSettled: ("error", self._settled),
            f.RunStarted: ("debug", self._started),
            f.StepTried: ("warning", self._step),
            f.Committed: ("debug", self._committed),
            f.ConnectionMoved: ("error", self._connection),
            f.AlertMoved: ("error", self._alert),
            f.ScheduleFired: ("warning", self._fired),
            f.ReplayMoved: ("info", self._replay),
            f.DecisionMade: ("info", self._decided),
            f.ClaimLost: ("warning", self._lost),
            f.DeadlinePassed: ("error", self._deadline),
            f.RunsRescued: ("warning", self._rescued),
            f.LostClaimsHeld: ("error", self._lost_claims),
            f.StoreTrouble: ("error", self._trouble),
            f.StoreAtRisk: ("error", self._at_risk),
            f.PassFailed: ("error", self._failed),
            f.LoopBlocked: ("error", self._blocked),
            f.ThreadAwaited: ("warning", self._waited),
            f.ProcessMoved: ("info", self._process),
        }
        return {k: h for k, (most, h) in handlers.items() if LEVELS[most] >= self._least}

    def dropped_line(self, count: int) -> bytes:
        """The line that says how many lines there was no room for."""
        return self._line("warning", "log.dropped", self._now_us(), {"count": count})

    # --- the hot ones ---------------------------------------------------------------------------

    def _received(self, fact: f.Received) -> None:
        level, event = DELIVERIES[fact.verdict]
        if LEVELS[level] < self._least:
            return
        fields = self._head(level, event, fact.at_us)
        fields["source"] = self._operation(fact.source[:64])
        fields["status"] = fact.status
        fields["latency_ms"] = fact.took_us / 1000
        if fact.receipt_id is not None:
            fields["receipt_id"] = fact.receipt_id
            own = fact.correlation
            fields["correlation_id"] = fact.receipt_id if own is None else self._clean(own)
        if fact.event_id is not None:
            fields["event_id"] = fact.event_id
        if fact.event is not None:
            self._of_event(fields, fact.event)
        if fact.reference is not None:
            fields["reference"] = self._clean(fact.reference)
        if fact.reason is not None:
            fields["reason"] = self._clean(fact.reason)
        self._write(orjson.dumps(fields, option=NEWLINE))

    def _called(self, fact: f.CallTried) -> None:
        is_done = fact.outcome == "done"
        level, event = ("info", "call.done") if is_done else ("warning", "call.failed")
        if LEVELS[level] < self._least:
            return
        fields = self._head(level, event, fact.at_us + fact.took_us)
        fields["system"] = fact.system
        fields["connection"] = fact.connection
        fields["endpoint"] = self._operation(fact.operation)
        fields["class"] = self._operation(fact.outcome)
        fields["attempt"] = fact.number
        fields["latency_ms"] = fact.took_us / 1000
        if fact.status is not None:
            fields["status"] = fact.status
        if fact.run is not None:
            self._of_run(fields, fact.run)
        if fact.reference is not None:
            fields["reference"] = self._clean(fact.reference)
        if fact.span is not None:
            fields["span_id"] = fact.span
        if not is_done:
            self._why(fields, fact)
        self._write(orjson.dumps(fields, option=NEWLINE))

    def _why(self, fields: Fields, fact: f.CallTried) -> None:
        if fact.retry_after_us is not None:
            fields["retry_after_ms"] = fact.retry_after_us // 1000
        if fact.reason is not None:
            fields["reason"] = self._clean(fact.reason)

    def _settled(self, fact: f.RunSettled) -> None:
        level, event = ENDINGS[fact.state]
        if LEVELS[level] < self._least:
            return
        fields = self._head(level, event, fact.at_us)
        fields["flow"] = fact.flow
        fields["latency_ms"] = fact.took_us / 1000
        if fact.run is not None:
            self._of_run(fields, fact.run)
        if fact.reference is not None:
            fields["reference"] = self._clean(fact.reference)
        if fact.reason is not None:
            fields["reason"] = self._clean(fact.reason)
        if fact.kind is not None:
            fields["class"] = self._clean(fact.kind)
        if fact.due_us is not None:
            fields["due"] = iso(fact.due_us)
        self._write(orjson.dumps(fields, option=NEWLINE))

    def _started(self, fact: f.RunStarted) -> None:
        fields: Fields = {}
        self._of_run(fields, fact.run)
        if fact.reference is not None:
            fields["reference"] = self._clean(fact.reference)
        self._put("debug", "run.started", fact.at_us, fields)

    def _step(self, fact: f.StepTried) -> None:
        fields: Fields = {"step": self._operation(fact.step), "attempt": fact.number}
        fields["latency_ms"] = fact.took_us / 1000
        self._of_run(fields, fact.run)
        if fact.reason is not None:
            fields["reason"] = self._clean(fact.reason)
        is_done = fact.outcome == "done"
        at_us = fact.at_us + fact.took_us
        self._put("info" if is_done else "warning", f"step.{fact.outcome}", at_us, fields)

    # --- the others -----------------------------------------------------------------------------

    def _committed(self, fact: f.Committed) -> None:
        fields = {"count": fact.commands, "latency_ms": fact.took_us / 1000}
        self._now("debug", "store.committed", fields)

    def _connection(self, fact: f.ConnectionMoved) -> None:
        level = CONNECTION_LEVELS.get(fact.state, "info")
        fields = {"connection": fact.connection, "reason": self._clean(fact.reason)}
        self._now(level, f"connection.{fact.state}", fields)

    def _alert(self, fact: f.AlertMoved) -> None:
        fields = {
            "alert": fact.kind,
            "subject": self._clean(fact.subject),
            "owner": self._operation(fact.owner),
            "reason": self._clean(fact.reason),
        }
        self._now("error" if fact.state == "firing" else "info", f"alert.{fact.state}", fields)

    def _fired(self, fact: f.ScheduleFired) -> None:
        fields: Fields = {"source": fact.schedule, "due": iso(fact.due_us), "missed": fact.missed}
        if fact.event_id is not None:
            fields["event_id"] = fact.event_id
        self._now("warning" if fact.missed else "info", "schedule.fired", fields)

    def _replay(self, fact: f.ReplayMoved) -> None:
        fields = {"replay_id": fact.replay_id, "count": fact.admitted}
        self._now("info", f"replay.{fact.state}", fields)

    def _decided(self, fact: f.DecisionMade) -> None:
        fields = {
            "action": fact.action,
            "subject": self._clean(fact.subject),
            "actor": self._clean(fact.actor),
            "reason": self._clean(fact.reason),
        }
        self._now("info", "decision", fields)

    def _lost(self, fact: f.ClaimLost) -> None:
        self._now("warning", "run.lost", {"run_id": fact.run_id})

    def _deadline(self, fact: f.DeadlinePassed) -> None:
        self._now("error", "run.deadline-passed", {"run_id": fact.run_id})

    def _rescued(self, fact: f.RunsRescued) -> None:
        self._now("warning", "runs.rescued", {"count": fact.count})

    def _lost_claims(self, fact: f.LostClaimsHeld) -> None:
        fields = {"run_id": fact.run_id, "flow": fact.flow, "reason": self._clean(fact.reason)}
        self._now("error", "run.lost-claims", fields)

    def _trouble(self, fact: f.StoreTrouble) -> None:
        self._now("error", "store.trouble", {"reason": self._clean(fact.reason)})

    def _at_risk(self, fact: f.StoreAtRisk) -> None:
        self._now("error", "store.at-risk", {"reason": self._clean(fact.reason)})

    def _failed(self, fact: f.PassFailed) -> None:
        fields = {"pass": fact.name, "reason": self._clean(fact.error)}
        self._now("error", "pass.failed", fields)

    def _blocked(self, fact: f.LoopBlocked) -> None:
        fields = {"flow": fact.flow, "run_id": fact.run_id, "reason": self._clean(fact.words)}
        self._now("error", "process.blocked", fields)

    def _waited(self, fact: f.ThreadAwaited) -> None:
        reason = thread_words(fact.waited_us, fact.size, fact.share)
        fields = {"flow": fact.flow, "reason": reason}
        self._now("warning", "step.waited-for-thread", fields)

    def _process(self, fact: f.ProcessMoved) -> None:
        self._now("info", f"process.{fact.state}", {"about": self._clean(fact.about)})

    # --- a line ---------------------------------------------------------------------------------

    def _of_run(self, fields: Fields, run: ClaimedRun) -> None:
        fields["flow"] = run.flow
        fields["run_id"] = run.id
        event = run.event
        fields["event_id"] = event.id
        self._of_event(fields, event)

    def _of_event(self, fields: Fields, event: Event) -> None:
        fields["type"] = self._operation(event.type)
        fields["tenant"] = event.tenant
        correlation = event.correlation
        # The hub's own are receipts' ids; a sender may write anything into its own.
        is_ours = correlation == event.receipt_id
        fields["correlation_id"] = correlation if is_ours else self._clean(correlation)
        if event.traceparent is not None:
            fields["trace_id"] = event.traceparent[3:35]

    def _operation(self, text: str) -> str:
        """A path is an author's text and repeats; it is cleaned once."""
        known = self._operations.get(text)
        if known is None:
            known = self._clean(text)
            if len(self._operations) < 10_000:
                self._operations[text] = known
        return known

    def _now(self, level: str, event: str, fields: Fields) -> None:
        self._put(level, event, self._now_us(), fields)

    def _put(self, level: str, event: str, at_us: Micros, fields: Fields) -> None:
        if LEVELS[level] >= self._least:
            self._write(self._line(level, event, at_us, fields))

    def _line(self, level: str, event: str, at_us: Micros, fields: Fields) -> bytes:
        return orjson.dumps(self._head(level, event, at_us) | fields, option=NEWLINE)

    def _head(self, level: str, event: str, at_us: Micros) -> Fields:
        """What every line begins with. Hot path: one new dictionary a line, filled in place."""
        second, micros = divmod(at_us, 1_000_000)
        if second != self._second:
            self._second, self._prefix = second, iso(second * 1_000_000)[:19]
        head: Fields = {
            "time": f"{self._prefix}.{micros:06d}Z",
            "level": level,
            "event": event,
            "hub": self._hub,
        }
        if self._number is not None:
            head["process"] = self._number
        return head
