"""Questions: a crowded store comes in; what each question of the console costs there goes out."""

import asyncio
import sys
import time
from collections.abc import Mapping

from benchmarks.crowd import END_US, parameters
from benchmarks.figures import median_of
from tieline.compose.store import open_views
from tieline.features.issues.model import ListIssues, ShowIssue
from tieline.model.base.ids import EventId, IssueId, ReceiptId, RunId
from tieline.model.inbound.event import Reference
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views.series import (
    HOUR_US,
    MINUTE_US,
    CountBacklog,
    ListSources,
    ReadSeries,
    ReadSeriesCounts,
    ReadSums,
)
from tieline.model.views.views import (
    CountCalls,
    CountWork,
    ListDead,
    ListEvents,
    ListReceipts,
    ListRuns,
    Question,
    ReadTrail,
    ShowEvent,
    ShowReceipt,
    ShowRun,
    Window,
)
from tieline.model.views.work_lists import (
    CountHands,
    Find,
    ListAttempts,
    ListConnections,
    ListLanes,
    Tail,
)
from tieline.ports.views import Views

ROUNDS = 5
HOT = IssueId("iss_0")


def questions(total: int, end_us: int = END_US) -> Mapping[str, Question[object]]:
    """Every kind of question, also where the wanted rows are rare or far away."""
    given = parameters(total, end_us)

    def id_of(prefix: str, number: int) -> str:
        ms = (given["start_us"] + number * given["step_us"]) // 1000
        return f"{prefix}_{ms:012x}7{number:019d}"

    middle = total // 2
    dead = middle - middle % 1000 + 1
    day_us = 24 * HOUR_US
    late = Window(before=id_of("run", middle))
    names = tuple(f"iss_{number}" for number in range(50))
    sparks = ReadSeriesCounts("issue", names, ("failed",), end_us - day_us, end_us)
    flows = ReadSeriesCounts("flow", ("flow_0", "flow_1"), ("done",), end_us - day_us, end_us)
    return {
        "now: issues": ListIssues(),
        "now: issues, all states": ListIssues(states=(), window=Window(limit=100)),
        "now: work": CountWork(),
        "now: backlog": CountBacklog(),
        "now: an hour by minutes": ReadSeries("all", "", end_us - HOUR_US, end_us, MINUTE_US),
        "now: a day by minutes": ReadSeries("all", "", end_us - day_us, end_us, MINUTE_US),
        "flows: sums of an hour": ReadSums("flow", end_us - HOUR_US, end_us),
        "flows: sums of a day": ReadSums("flow", end_us - day_us, end_us),
        "flows: a month by hours": ReadSeries("flow", "flow_1", end_us - 30 * day_us, end_us),
        "flows: sparklines": flows,
        "issues: sparklines": sparks,
        "issue": ShowIssue(HOT),
        "issue: its runs": ListRuns(issue=HOT),
        "issue: its held runs": ListRuns(issue=HOT, state="held"),
        "issue: its dead": ListDead(issue=IssueId("iss_1")),
        "runs": ListRuns(),
        "runs: from the middle": ListRuns(window=late),
        "runs: of a flow": ListRuns(flow="flow_3"),
        "runs: of no flow": ListRuns(flow="nobody"),
        "runs: held": ListRuns(state="held"),
        "runs: live": ListRuns(state="ready"),
        "runs: waiting for": ListRuns(waits=waits_for_connection("connection_1")),
        "runs: of a correlation": ListRuns(correlation=id_of("rct", middle)),
        "runs: of a tenant": ListRuns(tenant="tenant_7"),
        "run": ShowRun(RunId(id_of("run", dead))),
        "events": ListEvents(),
        "events: by type": ListEvents(type="invoice.3"),
        "events: by no identity": ListEvents(identity="nothing like it"),
        "events: by reference": ListEvents(reference=Reference("customer", "cus_77")),
        "event": ShowEvent(EventId(id_of("evt", middle))),
        "receipts": ListReceipts(),
        "receipts: refused": ListReceipts(verdict="refused", reason="nothing like it"),
        "receipt": ShowReceipt(ReceiptId(id_of("rct", middle))),
        "dead": ListDead(window=Window(limit=100)),
        "dead: of a connection": ListDead(connection="connection_2"),
        "dead: of no kind": ListDead(kind="nothing"),
        "dead: decided": ListDead(decided=True),
        "tries": ListAttempts(),
        "tries: failed": ListAttempts(outcome="failed"),
        "tries: failed, of a connection": ListAttempts(connection="connection_2", outcome="failed"),
        "tries: of no flow": ListAttempts(flow="nobody"),
        "lanes": ListLanes(),
        "connections": ListConnections(("connection_4",)),
        "calls": CountCalls(),
        "workers": CountHands(),
        "sources": ListSources(end_us),
        "tail: the first look": Tail(),
        "search: a run": Find(id_of("run", middle)),
        "search: a key": Find("in_77"),
        "search: nothing": Find("nothing like it"),
        "search: by kind": Find("customer:cus_77"),
        "story": ReadTrail(reference=Reference("invoice", "in_77")),
        "story: of a customer": ReadTrail(reference=Reference("customer", "cus_77")),
    }


async def measure(views: Views, total: int, end_us: int = END_US) -> dict[str, float]:
    """The median time of each question, in milliseconds, after one that warms up."""
    found: dict[str, float] = {}
    for name, question in questions(total, end_us).items():
        samples: list[float] = []
        for _ in range(ROUNDS + 1):
            began = time.perf_counter()
            await views.read(question)
            samples.append(1_000 * (time.perf_counter() - began))
        found[name] = round(median_of(samples[1:]), 1)
    first = await views.read(Tail())
    began = time.perf_counter()
    await views.read(Tail(first.cursor))
    found["tail: the next look"] = round(1_000 * (time.perf_counter() - began), 1)
    return found


async def _main(store: str, total: int, end_us: int) -> None:
    views = await open_views(store)
    try:
        found = await measure(views, total, end_us)
    finally:
        await views.close()
    for name, ms in sorted(found.items(), key=lambda pair: -pair[1]):
        print(f"{ms:8.1f} ms  {name}")


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
