"""Lines of JSON: one form for every fact, levels, no secrets, and a reader that cannot stop us."""

import asyncio
import contextlib
import json
import os
import typing
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import jsonschema
import pytest
from tests.canary import a_cage, drive
from tests.engine import until
from tests.makers import START_US, an_event, receipt_id, run_id

from tieline.adapters.telemetry.json_log import JsonLog, LogAbout
from tieline.adapters.telemetry.observers import Handlers, Observers
from tieline.adapters.telemetry.writer import LineWriter
from tieline.model.base.failure import FailureKind
from tieline.model.base.ids import NO_TENANT
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs import facts as f
from tieline.model.runs.run import ClaimedRun, RunState

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = json.loads((DOCS / "log-line.schema.json").read_text(encoding="utf-8"))
TRACEPARENT = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-00"
EVENT = an_event(1, receipt_id=receipt_id(1), traceparent=TRACEPARENT)
RUN = ClaimedRun(
    run_id(1), NO_TENANT, "post_invoice", 1, 0, START_US, None, None, None, 0, EVENT, None
)

FACTS: dict[type, f.Fact] = {
    f.Received: f.Received(
        "billing", Verdict.ACCEPTED, 202, "why", EVENT.id, 1500, START_US, EVENT.receipt_id, EVENT,
        "invoice:in_1",
    ),
    f.ScheduleFired: f.ScheduleFired("schedule:nightly", START_US, 2, EVENT.id),
    f.RunStarted: f.RunStarted(RUN, START_US, "invoice:in_1"),
    f.StepTried: f.StepTried(RUN, "sum", 1, "failed", "ValueError: no", START_US, 10),
    f.CallTried: f.CallTried(
        "books", "POST /entries", RUN.id, 2, 429, FailureKind.THROTTLED, 2500, "acme_books",
        START_US, "slow down", 30_000_000, RUN, "invoice:in_1", "0123456789abcdef",
    ),
    f.RunSettled: f.RunSettled(
        "post_invoice", RUN.id, EVENT.id, RunState.DEAD, "no", 9000, "refused-422", START_US,
        START_US, START_US, RUN, "invoice:in_1",
    ),
    f.ClaimLost: f.ClaimLost(RUN.id, 1),
    f.DeadlinePassed: f.DeadlinePassed(RUN.id),
    f.RunsRescued: f.RunsRescued(3),
    f.ThreadAwaited: f.ThreadAwaited("a", 6_000_000, 32, 16),
    f.LoopBlocked: f.LoopBlocked("flow a has blocked its process for 2 s", "a", RUN.id),
    f.LostClaimsHeld: f.LostClaimsHeld(RUN.id, "flow", "4 executions in a row ended"),
    f.ConnectionMoved: f.ConnectionMoved("books", "open", "5 failures in a row"),
    f.Committed: f.Committed(12, 800),
    f.StoreTrouble: f.StoreTrouble("the disk is full"),
    f.StoreAtRisk: f.StoreAtRisk("it runs with fsync = off"),
    f.ReplayMoved: f.ReplayMoved("rpl_1", "running", 10),
    f.DecisionMade: f.DecisionMade("pause", "flow:post_invoice", "ops", "maintenance"),
    f.AlertMoved: f.AlertMoved("dead-letters", "flow:a", "finance", "firing", "1 waits"),
    f.PassFailed: f.PassFailed("sweeper", "StoreLost: gone"),
    f.ProcessMoved: f.ProcessMoved("ready", "host pid 1"),
}  # fmt: skip


def lines_of(*facts: f.Fact, level: str = "debug", **options: Any) -> list[dict[str, Any]]:
    written: list[bytes] = []
    about = LogAbout("acme", options.pop("process", None), level)
    log = JsonLog(written.append, lambda: START_US, about=about, **options)
    observer = Observers([log])
    for fact in facts:
        observer.saw(fact)
    assert observer.failed == 0
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in written)
    return [json.loads(line) for line in written]


def test_a_refused_delivery_is_found_by_the_name_that_its_sender_gave_it() -> None:
    refused = f.Received(
        "shop", Verdict.REFUSED, 401, "no", None, 5, START_US, receipt_id(1), correlation="ord-7"
    )
    (line,) = lines_of(refused)
    (unnamed,) = lines_of(replace(refused, correlation=None))

    assert (line["correlation_id"], line["receipt_id"]) == ("ord-7", receipt_id(1))
    assert unnamed["correlation_id"] == receipt_id(1)


@pytest.mark.parametrize("kind", typing.get_args(f.Fact), ids=lambda kind: kind.__name__)
def test_every_fact_has_a_line_of_the_documented_form(kind: type) -> None:
    (line,) = lines_of(FACTS[kind])

    jsonschema.validate(line, SCHEMA)


def test_no_field_is_documented_that_no_line_has() -> None:
    used = {name for line in lines_of(*FACTS.values(), process=2) for name in line}

    assert set(SCHEMA["properties"]) == used


def test_the_page_lists_every_field() -> None:
    page = (DOCS / "telemetry.md").read_text(encoding="utf-8")

    assert [name for name in SCHEMA["properties"] if f"`{name}`" not in page] == []


def test_a_call_can_be_found_by_every_name_it_has() -> None:
    (line,) = lines_of(FACTS[f.CallTried])

    assert line == {
        "time": "2026-01-01T00:00:00.002500Z",
        "level": "warning",
        "event": "call.failed",
        "hub": "acme",
        "system": "acme_books",
        "connection": "books",
        "endpoint": "POST /entries",
        "class": "throttled",
        "attempt": 2,
        "latency_ms": 2.5,
        "status": 429,
        "retry_after_ms": 30_000,
        "flow": "post_invoice",
        "run_id": RUN.id,
        "event_id": EVENT.id,
        "type": "invoice.paid",
        "tenant": "-",
        "correlation_id": EVENT.correlation,
        "trace_id": "0123456789abcdef0123456789abcdef",
        "span_id": "0123456789abcdef",
        "reference": "invoice:in_1",
        "reason": "slow down",
    }


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("debug", {"run.started", "store.committed", "replay.running", "call.failed", "run.dead"}),
        ("info", {"replay.running", "call.failed", "run.dead"}),
        ("warning", {"call.failed", "run.dead"}),
        ("error", {"run.dead"}),
    ],
)
def test_what_is_below_the_level_is_not_written(level: str, told: set[str]) -> None:
    kinds = (f.RunStarted, f.Committed, f.ReplayMoved, f.CallTried, f.RunSettled)

    assert {line["event"] for line in lines_of(*(FACTS[k] for k in kinds), level=level)} == told


def test_texts_from_outside_are_cleaned_and_cannot_break_a_line() -> None:
    nasty = 's3cret\n\x1b[31m{"level":"info"}'
    event = EVENT._replace(correlation=nasty, type=nasty)
    received = f.Received(nasty, Verdict.REFUSED, 401, nasty, None, 1, START_US, None, event, None)

    (line,) = lines_of(received, clean=lambda text: text.replace("s3cret", "[redacted]"))

    shown = {name: text for name, text in line.items() if "redacted" in str(text)}
    assert set(shown) == {"source", "type", "reason", "correlation_id"}


def _broken() -> None:
    raise ZeroDivisionError


def test_an_observer_that_breaks_stops_nobody() -> None:
    class Broken:
        handlers: ClassVar[Handlers] = {f.ClaimLost: lambda _: _broken()}

    written: list[bytes] = []
    log = JsonLog(written.append, lambda: START_US, about=LogAbout("acme"))
    observer = Observers([Broken(), log])

    observer.saw(FACTS[f.ClaimLost])

    assert observer.failed == 1
    assert len(written) == 1


# --- the writer -------------------------------------------------------------------------------


async def test_a_pipe_that_nobody_reads_stops_nothing_and_the_loss_is_told() -> None:
    reading, writing = os.pipe()
    writer = LineWriter(descriptor=writing, most_waiting=100)
    line = b"x" * 2000 + b"\n"
    for _ in range(2000):
        writer.write(line)
    await until(lambda: writer.dropped > 0)
    dropped = writer.dropped

    os.set_blocking(reading, False)
    got = b""

    def read() -> bool:
        nonlocal got
        with contextlib.suppress(BlockingIOError):
            got += os.read(reading, 1 << 20)
        return b"lines were dropped" in got

    await until(read)
    await asyncio.to_thread(writer.close)
    read()
    os.close(reading)
    os.close(writing)
    assert dropped > 1000
    assert f"{writer.dropped} lines were dropped".encode() in got


def test_a_file_that_is_moved_away_is_begun_afresh(tmp_path: Path) -> None:
    path, old = tmp_path / "hub.log", tmp_path / "hub.log.1"
    writer = LineWriter(path)
    writer.write(b"first\n")
    while not path.read_bytes():
        pass
    path.rename(old)
    writer.write(b"second\n")
    writer.close()

    assert old.read_bytes() == b"first\n"
    assert path.read_bytes() == b"second\n"


async def test_a_hub_at_work_writes_lines_of_the_documented_form(tmp_path: Path) -> None:
    async with a_cage(tmp_path) as cage:
        await drive(cage)
    lines = [json.loads(line) for line in (cage.folder / "hub.log").read_bytes().splitlines()]

    for line in lines:
        jsonschema.validate(line, SCHEMA)
    one = next(line["correlation_id"] for line in lines if line["event"] == "delivery.accepted")
    story = [line["event"] for line in lines if line.get("correlation_id") == one]
    assert set(story) >= {"delivery.accepted", "run.started", "call.done", "step.done", "run.done"}
    assert all("trace_id" in line for line in lines if line.get("correlation_id") == one)
