"""Pages: a store with so many runs comes in; how long the console takes for each page goes out.

The real server in a process of its own, asked over loopback by one client, one page after another:
what is measured is the server's time with the way to it.
"""

import asyncio
import http.client
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import crowd
from benchmarks.contestants import POSTGRES
from benchmarks.database import database
from benchmarks.processes import Child, free_port

PASSWORD = "twelve brave badgers"
LINK = re.compile(r"/welcome/[^\s\"]+")
HUB = """\
from tieline import Hub
from tieline.connectors import stripe

hub = Hub("crowd")
connections = [
    hub.connect(f"connection_{{n}}", stripe, base_url="http://127.0.0.1:9")
    for n in range({connections})
]
sources = [hub.connect(f"source_{{n}}", stripe) for n in range({sources})]


def declare(number):
    async def flow(event: dict) -> None:
        pass

    flow.__name__ = f"flow_{{number}}"
    hub.flow(on=sources[number % {sources}].webhook(f"type_{{number}}"), owner="nobody")(flow)


for number in range({flows}):
    declare(number)
"""
SETTINGS = """\
hub = "hub.py:hub"
store = "{store}"
port = 0
console_port = {port}
"""
FIXED = {
    "now": "/",
    "charts": "/series",
    "issues": "/issues",
    "events": "/events",
    "events of a source": "/events?source=source_1",
    "runs": "/runs",
    "runs of a flow": "/runs?flow=flow_1",
    "retrying runs": "/runs?state=retrying",
    "unfinished runs of a flow": "/runs?flow=flow_1&state=unfinished",
    "slowest runs of an hour": "/runs?order=slowest&since=1h",
    "dead letters": "/dead",
    "dead letters of a flow": "/dead?flow=flow_2",
    "held": "/held",
    "quarantine": "/quarantine",
    "refused": "/refused",
    "replays": "/replays",
    "flows": "/flows",
    "flow": "/flows/flow_1",
    "connections": "/connections",
    "connection": "/connections/connection_1",
    "failed tries": "/attempts?outcome=failed",
    "sources": "/sources",
    "source": "/sources/source_1",
    "schedules": "/schedules",
    "workers": "/workers",
    "audit": "/audit",
    "audit of a person": "/audit?actor=nobody",
    "live": "/live",
    "search, nothing found": "/story?q=nobody-knows-this",
    "search for a short id": "/story?q=f65523",
}
LINKS = {
    "run": ("/runs", r'href="(/runs/run_[^"?]+)"'),
    "dead run": ("/dead", r'href="(/runs/run_[^"?]+)"'),
    "event": ("/events", r'href="(/events/evt_[^"?]+)"'),
    "delivery": ("/receipts", r'href="(/receipts/rct_[^"?]+)"'),
    "issue": ("/issues", r'href="(/issues/iss_[^"?]+)"'),
}
"""Page → where a link to one stands, and how it looks."""


@dataclass(frozen=True, slots=True)
class PagesPlan:
    """What is measured."""

    runs: int
    times: int
    """Each page is asked for so often."""
    store: str
    """A path or the URL of a database that is filled already; empty: a new one is filled."""
    backend: str = "sqlite"


def pages(plan: PagesPlan) -> dict[str, object]:
    """Milliseconds of each page: median, and the slowest."""
    with tempfile.TemporaryDirectory(prefix="tieline-pages-") as name:
        folder = Path(name)
        with _store(folder, plan) as store, _serving(folder, store) as browser:
            median = {page: _measured(browser, path, plan.times) for page, path in _all(browser)}
    worst = max(figures["slowest ms"] for figures in median.values())
    return {
        "benchmark": "pages",
        "runs": plan.runs,
        "median": _columns(median),
        "slowest page ms": worst,
        "target ms": 200,
        "ratio": round(worst / 200, 3),
    }


@contextmanager
def _store(folder: Path, plan: PagesPlan) -> Iterator[str]:
    """One that has so many runs."""
    end_us = time.time_ns() // 1_000
    if plan.store:
        yield plan.store
    elif plan.backend == POSTGRES:
        with database() as url:
            asyncio.run(crowd.fill_database(url, plan.runs, end_us=end_us))
            yield url
    else:
        path = folder / "crowd.db"
        asyncio.run(crowd.fill_file(path, plan.runs, end_us=end_us))
        yield str(path)


def _columns(median: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    names = ("median ms", "slowest ms", "kB")
    return {name: {page: found[name] for page, found in median.items()} for name in names}


@contextmanager
def _serving(folder: Path, store: str) -> Iterator["Browser"]:
    """The console of a hub over *store*, and somebody who is logged in."""
    port = free_port()
    hub = HUB.format(connections=crowd.CONNECTIONS, sources=crowd.SOURCES, flows=crowd.FLOWS)
    (folder / "hub.py").write_text(hub, encoding="utf-8")
    settings = folder / "tieline.toml"
    settings.write_text(SETTINGS.format(store=store, port=port), encoding="utf-8")
    log = folder / "hub.log"
    start = f"import os; os.chdir({str(folder)!r}); from tieline.__main__ import main; main()"
    with Child([sys.executable, "-c", start, "serve"], port=port, log=log):
        browser = Browser(port)
        browser.enter(_invitation(start))
        for number in range(crowd.FLOWS):
            browser.pause(f"flow_{number}")  # what is measured is the pages, not the work
        yield browser


def _invitation(start: str) -> str:
    """What lets somebody into the hub that serves: a log has no link."""
    words = ("user", "invite", "bench", "--role", "admin", "--reason", "a benchmark", "--json")
    said = subprocess.run(
        [sys.executable, "-c", start, *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    found = LINK.search(said.stdout)
    if found is None:
        raise RuntimeError(f"the hub invites nobody; it says:\n{said.stdout}{said.stderr}")
    return found[0]


class Browser:
    """One client with a session and one connection."""

    def __init__(self, port: int) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookie = ""

    def enter(self, invitation: str) -> None:
        """Accept *invitation*."""
        form = urlencode({"name": "bench", "password": PASSWORD})
        kind = {"content-type": "application/x-www-form-urlencoded"}
        self._line.request("POST", invitation, form, kind)
        answer = self._line.getresponse()
        answer.read()
        self._cookie = (answer.getheader("set-cookie") or "").partition(";")[0]

    def pause(self, flow: str) -> None:
        """Start no more runs of *flow*."""
        path = f"/flows/{flow}/pause"
        _, body, _ = self.get(path)
        token = re.search(r'name="csrf" value="(\w+)"', body.decode())
        if token is None:
            raise RuntimeError(f"{path} has no form: {body[:300]!r}")
        form = urlencode({"csrf": token[1], "reason": "a benchmark"})
        kind = {"content-type": "application/x-www-form-urlencoded", "cookie": self._cookie}
        self._line.request("POST", path, form, kind)
        self._line.getresponse().read()

    def get(self, path: str) -> tuple[int, bytes, float]:
        """(status, body, milliseconds)."""
        headers = {"cookie": self._cookie, "accept": "text/html"}
        began = time.perf_counter()
        self._line.request("GET", path, headers=headers)
        answer = self._line.getresponse()
        body = answer.read()
        return answer.status, body, (time.perf_counter() - began) * 1_000


def _all(browser: Browser) -> Iterator[tuple[str, str]]:
    yield from FIXED.items()
    for page, (path, pattern) in LINKS.items():
        _, body, _ = browser.get(path)
        found = re.search(pattern, body.decode())
        if found is None:
            raise RuntimeError(f"{path} has no link to a {page}")
        yield page, found[1]
        if page == "event":
            yield "story", f"/story?q={found[1].rpartition('/')[2]}"


def _measured(browser: Browser, path: str, times: int) -> dict[str, float]:
    status, body, first = browser.get(path)
    if status not in {200, 404}:
        raise RuntimeError(f"{path} was answered {status}: {body[:300]!r}")
    took = [first, *(browser.get(path)[2] for _ in range(times - 1))]
    found = {
        "median ms": round(statistics.median(took), 1),
        "slowest ms": round(max(took), 1),
        "kB": round(len(body) / 1_000, 1),
    }
    print(f"{path}: {found}", file=sys.stderr, flush=True)
    return found
