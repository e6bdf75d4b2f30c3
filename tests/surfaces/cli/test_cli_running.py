"""The command line against a hub that runs: another process carries the commands out, at once."""

import base64
import hashlib
import hmac
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

SECRET = base64.b64encode(b"a secret of the tests, not of anyone").decode()
SECRET_OF_STALLS = base64.b64encode(b"what all shops of the tests share").decode()
SECRET_OF_B = base64.b64encode(b"another one, of a shop of the tests").decode()
PATIENCE_S = 20.0
HUB = """
import asyncio
from pathlib import Path
from typing import Any
from tieline import Connector, Contract, Hold, Hub, NoAuth, Reject, Run, Tenant
from tieline.connectors import standard_webhooks

hub = Hub("shop")
door = hub.connect("shop", standard_webhooks)
stalls = hub.connect("stalls", standard_webhooks)
shut = Connector("shut", auth=NoAuth(), base_url="http://127.0.0.1:9")
books = hub.connect("books", shut, allow=("127.0.0.1",))

@hub.flow(on=door.webhook("order.quick"))
async def quick(order: dict[str, Any], run: Run) -> None:
    run.refer(order=order["id"])
    await run.step("write", write, order["id"])

def write(order_id: str) -> None:
    with Path("book.txt").open("a") as book:
        book.write(f"{order_id}\\n")

@hub.flow(on=stalls.webhook("order.theirs", tenant=Tenant.path()))
async def theirs(order: dict[str, Any], run: Run) -> None:
    await run.step("write", write, f"{order['id']} of {run.event.tenant}")

@hub.flow(on=door.webhook("order.slow"))
async def slow(order: dict[str, Any], run: Run) -> None:
    Path("began").touch()
    try:
        await asyncio.sleep(600)
    except asyncio.CancelledError:
        Path("stopped").touch()
        raise

class Order(Contract):
    id: str

@hub.flow(on=door.webhook("order.kept", contract=Order), ordered_by="id")
async def kept(order: Order, run: Run) -> None:
    raise Hold("finance looks at it")

@hub.flow(on=door.webhook("order.bad"))
async def bad(order: dict[str, Any], run: Run) -> None:
    books
    if not Path("mended").exists():
        raise Reject("not yet")
"""


@dataclass(slots=True)
class RunningHub:
    """A hub in a process of its own, and people's commands to it."""

    folder: Path
    process: subprocess.Popen[str]
    port: int
    sent: int = field(default=0)

    def tieline(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command, in a process of its own."""
        return command(self.folder, *words)

    def told(self, *words: str) -> list[dict[str, Any]]:
        """What a command answers as JSON."""
        done = self.tieline("--json", *words)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def send(self, type_: str, order_id: str) -> str:
        """A signed delivery; returns the event's id."""
        self.sent += 1
        body = json.dumps({"type": type_, "data": {"id": order_id}}).encode()
        message, at = f"msg_{self.sent}", str(int(time.time()))
        signed = f"{message}.{at}.".encode() + body
        mac = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": at,
            "webhook-signature": "v1," + base64.b64encode(mac).decode(),
        }
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/in/shop", body, headers)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            event_id: str = json.load(answer)["event_id"]
            return event_id

    def run_of(self, event_id: str) -> dict[str, Any]:
        [run] = self.told("events", "show", event_id)[0]["runs"]
        assert isinstance(run, dict)
        return run

    def book(self) -> list[str]:
        path = self.folder / "book.txt"
        return path.read_text().splitlines() if path.exists() else []


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tieline", *words],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("TIELINE_")}
    secret = f"whsec_{SECRET}"
    return {
        **kept,
        "TIELINE_SECRET_SHOP_SIGNING": secret,
        "TIELINE_SECRET_STALLS_SIGNING": f"whsec_{SECRET_OF_STALLS}",
        "TIELINE_SECRET_STALLS_SIGNING_SHOP_B": f"whsec_{SECRET_OF_B}",
        "TIELINE_SHUTDOWN_SECONDS": "0.5",
        "TIELINE_CONSOLE_PORT": "0",
    }


def until(what: Callable[[], object]) -> None:
    """Wait for something that is to happen in another process."""
    deadline = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def start(folder: Path) -> RunningHub:
    process = subprocess.Popen(
        [sys.executable, "-m", "tieline", "serve", "--port", "0"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = ""
    watchdog = threading.Timer(PATIENCE_S, process.kill)
    watchdog.start()
    for line in process.stdout:
        said += line
        if "ready" in line:
            break
    watchdog.cancel()
    found = re.search(r"http://127\.0\.0\.1:(\d+)/in/", said)
    assert found is not None, said
    return RunningHub(folder, process, int(found[1]))


def stop(hub: RunningHub) -> int:
    hub.process.send_signal(signal.SIGTERM)
    code = hub.process.wait(timeout=60)
    if hub.process.stdout is not None:
        hub.process.stdout.close()
    return code


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that serves the three flows above."""
    (tmp_path / "hub.py").write_text(HUB)
    running = start(tmp_path)
    yield running
    if running.process.poll() is None:
        stop(running)


def test_a_paused_flow_starts_nothing_until_it_is_resumed(hub: RunningHub) -> None:
    paused = hub.tieline("flows", "pause", "quick", "-r", "a test")
    event_id = hub.send("order.quick", "1")
    waiting = hub.run_of(event_id)
    [shown] = hub.told("runs", "show", waiting["id"])

    assert paused.returncode == 0, paused.stderr
    assert waiting["state"] == "ready"
    assert shown["why"].startswith("flow quick is paused by ")
    assert hub.book() == []

    hub.tieline("flows", "resume", "quick", "-r", "a test")

    until(lambda: hub.run_of(event_id)["state"] == "done")
    assert hub.book() == ["1"]


def test_a_probe_is_made_by_the_hub_and_its_end_is_told(hub: RunningHub) -> None:
    said = hub.tieline("connections", "probe", "books", "--path", "/ping", "-r", "a test")
    wrong = hub.tieline("connections", "probe", "book", "-r", "a test")

    assert said.returncode == 1
    assert said.stdout.startswith("GET /ping at connection books had no answer after ")
    assert (wrong.returncode, "no connection 'book'" in wrong.stderr) == (3, True), wrong.stderr


def test_a_hub_that_runs_is_changed_from_any_folder(hub: RunningHub, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    here = ("--store", str(hub.folder / "tieline.db"))
    event_id = hub.send("order.bad", "1")
    until(lambda: hub.run_of(event_id)["state"] == "dead")
    run_id = hub.run_of(event_id)["id"]

    paused = command(elsewhere, *here, "flows", "pause", "quick", "-r", "a test")
    near = command(elsewhere, *here, "flows", "pause", "quik", "-r", "a test")
    unknown = command(elsewhere, *here, "runs", "list", "--flow", "quik")
    (hub.folder / "mended").touch()
    edited = command(
        elsewhere, *here, "dead", "edit", run_id, "--set", 'id="2"', "-r", "a typo of theirs"
    )

    assert (paused.returncode, paused.stderr) == (0, "")
    assert near.returncode == 3, "no such thing"
    assert (unknown.returncode, edited.returncode) == (2, 0), edited.stderr
    assert (
        "--flow is 'quik'; nothing here is known by that name; use one of quick" in unknown.stderr
    )


def test_a_cancelled_run_is_stopped_in_the_hub_at_once(hub: RunningHub) -> None:
    event_id = hub.send("order.slow", "1")
    until((hub.folder / "began").exists)

    done = hub.tieline("runs", "cancel", hub.run_of(event_id)["id"], "-r", "a test")

    until((hub.folder / "stopped").exists)
    assert done.returncode == 0, done.stderr
    assert hub.run_of(event_id)["state"] == "cancelled"


def test_a_dead_run_is_tried_again_at_once(hub: RunningHub) -> None:
    event_id = hub.send("order.bad", "1")
    until(lambda: hub.run_of(event_id)["state"] == "dead")
    (hub.folder / "mended").touch()

    [letter] = hub.told("dead", "list")
    done = hub.tieline("dead", "retry", letter["run_id"], "-r", "mended")

    assert done.returncode == 0, done.stderr
    until(lambda: hub.run_of(event_id)["state"] == "done")


def test_an_edited_run_takes_a_dead_ones_place(hub: RunningHub) -> None:
    event_id = hub.send("order.bad", "1")
    until(lambda: hub.run_of(event_id)["state"] == "dead")
    (hub.folder / "mended").touch()

    line = ("dead", "edit", hub.run_of(event_id)["id"], "--set", 'id="2"', "-r", "typo")
    [edited] = hub.told(*line)

    until(lambda: hub.run_of(edited["event"])["state"] == "done")
    [event] = hub.told("events", "show", edited["event"])
    assert event["payload"] == {"id": "2"}
    assert event["cause"] == event_id


def test_a_replay_is_watched_to_its_end_and_repeats_no_effect(hub: RunningHub) -> None:
    events = [hub.send("order.quick", str(number)) for number in range(3)]
    until(lambda: {hub.run_of(event_id)["state"] for event_id in events} == {"done"})

    done = hub.tieline(
        "replay", "run", "--type", "order.quick", "--per-second", "50", "--yes", "-r", "a test"
    )

    [replay] = hub.told("replay", "list")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "done: made 3 of 3; 3 done"
    assert (replay["state"], replay["admitted"]) == ("done", 3)
    assert sorted(hub.book()) == ["0", "1", "2"]


def test_a_replay_behind_a_lane_that_waits_for_a_person_ends_and_says_so(hub: RunningHub) -> None:
    events = [hub.send("order.kept", "7") for _ in range(2)]
    until(lambda: hub.run_of(events[0])["state"] == "held")
    head = hub.run_of(events[0])["id"]

    done = hub.tieline(
        "replay", "run", "--type", "order.kept", "--per-second", "50", "--yes", "-r", "a test"
    )

    assert done.returncode == 5, done.stderr
    assert f"behind {head} (held); they go on once that is decided" in done.stdout


def test_a_story_is_told_while_the_hub_runs(hub: RunningHub) -> None:
    event_id = hub.send("order.quick", "84219")
    until(lambda: hub.run_of(event_id)["state"] == "done")

    told = hub.tieline("story", "order", "84219")

    assert told.returncode == 0, told.stderr
    assert "quick is done" in told.stdout
    assert told.stdout.splitlines()[-1] == "order:84219: all of it is done"


def test_status_and_doctor_find_a_hub_that_is_well(hub: RunningHub) -> None:
    [status] = hub.told("status")
    doctor = hub.tieline("doctor")

    assert status["process"] == hub.process.pid
    assert status["hub"]["pid"] == hub.process.pid
    assert doctor.returncode == 0, doctor.stdout
    assert doctor.stdout.startswith("note: tieline.db: ")


def test_problems_of_the_hub_come_back_with_their_exit_codes(hub: RunningHub) -> None:
    missing = hub.tieline("runs", "cancel", "run_0", "-r", "x")
    wrong = hub.tieline("flows", "resume", "quick", "-r", "x")

    assert (missing.returncode, missing.stderr) == (3, "tieline: there is no run 'run_0'\n")
    assert (wrong.returncode, wrong.stderr) == (5, "tieline: flow 'quick' is not paused\n")


def test_a_second_hub_on_the_store_is_refused(hub: RunningHub) -> None:
    second = hub.tieline("serve", "--port", "0")

    assert second.returncode == 4
    assert f"is open in process {hub.process.pid}" in second.stderr


def test_a_stopped_hub_leaves_a_store_that_takes_commands_itself(hub: RunningHub) -> None:
    event_id = hub.send("order.slow", "1")
    until((hub.folder / "began").exists)
    run = hub.run_of(event_id)

    code = stop(hub)
    cancelled = hub.tieline("runs", "cancel", run["id"], "-r", "the hub is gone")

    assert code == 0
    assert cancelled.returncode == 0, cancelled.stderr
    assert hub.run_of(event_id)["state"] == "cancelled"
    assert not (hub.folder / "tieline.db.sock").exists()


def test_a_new_project_runs_as_its_readme_says(tmp_path: Path) -> None:
    made = command(tmp_path, "new", "corner-shop")
    again = command(tmp_path, "new", "corner-shop")
    folder = tmp_path / "corner-shop"
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    alone = subprocess.run(
        [sys.executable, "send.py", "84219"],
        cwd=folder,
        env={**environment(), "HUB_URL": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    running = start(folder)
    sent = [
        subprocess.run(
            [sys.executable, "send.py", "84219"],
            cwd=folder,
            env={**environment(), "HUB_URL": f"http://127.0.0.1:{running.port}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        for _ in range(2)
    ]
    until(lambda: "all of it is done" in running.tieline("story", "order", "84219").stdout)
    doctor = running.tieline("doctor")
    code = stop(running)

    assert (made.returncode, again.returncode) == (0, 1)
    assert tests.returncode == 0, tests.stdout
    assert alone.returncode == 1
    assert alone.stderr.startswith("no hub answers at http://127.0.0.1:9/in/shop")
    assert len(alone.stderr.splitlines()) == 1
    assert [one.stdout[:3] for one in sent] == ["202", "202"], sent[0].stderr
    assert (folder / "book.txt").read_text() == "84219 4200\n"
    assert doctor.returncode == 0, doctor.stdout
    assert code == 0


def test_what_is_sent_by_hand_comes_in_at_the_door_as_its_vendor_would_send_it(
    hub: RunningHub,
) -> None:
    at = ("--to", f"http://127.0.0.1:{hub.port}")
    data = ("--data", '{"id":"9"}', "--id", "m9")
    first = hub.told("send", "shop", "order.quick", *data, *at)
    again = hub.told("send", "shop", "order.quick", *data, *at)
    recorded = hub.folder / "recorded.jsonl"
    lines = [{"source": "shop", "type": "order.quick", "data": {"id": n}} for n in ("10", "11")]
    body = {"type": "order.quick", "data": {"id": "12"}}
    lines.append({"source": "shop", "body": body, "headers": {"webhook-id": "m12"}})
    recorded.write_text("".join(json.dumps(line) + "\n" for line in lines))
    heard = hub.told("listen", "--from", "recorded.jsonl", *at)
    unknown = hub.tieline("send", "shop2", "order.quick", *at)
    nobody = hub.tieline("send", "shop", "order.quick", "--to", "http://127.0.0.1:9")
    no_json = hub.tieline("send", "shop", "order.quick", "--data", "{id:9}", *at)
    until(lambda: len(hub.book()) == 4)
    recorded.write_text('{"source":"stalls","type":"order.theirs","data":{"id":"14"}}\n')
    for tenant in ("shop-a", "shop-b"):
        whose = ("--tenant", tenant, *at)
        assert hub.told("send", "stalls", "order.theirs", *data, *whose)[0]["status"] == 202
        assert hub.told("listen", "--from", "recorded.jsonl", *whose)[0]["status"] == 202
    until(lambda: len(hub.book()) == 8)

    assert [one["status"] for one in (*first, *again, *heard)] == [202] * 5
    assert first[0]["event_id"] == again[0]["event_id"]
    ours, theirs = (
        ["10", "11", "12", "9"],
        ["14 of shop-a", "14 of shop-b", "9 of shop-a", "9 of shop-b"],
    )
    assert sorted(hub.book()) == sorted(ours + theirs)
    assert (unknown.returncode, nobody.returncode, no_json.returncode) == (3, 1, 2)
    assert "start it with tieline serve" in nobody.stderr


def test_a_hub_is_loaded_again_when_its_file_changes(tmp_path: Path) -> None:
    """Also after a change with which it cannot be loaded; told to stop, both processes end."""
    file = tmp_path / "hub.py"
    file.write_text(HUB)
    with (tmp_path / "said.txt").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "tieline", "serve", "--reload", "--port", "0"],
            cwd=tmp_path,
            env=environment(),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            until(lambda: _said(tmp_path).count(" ready") == 1)
            file.write_text(HUB + "\nthis is no Python\n")
            until(lambda: "SyntaxError" in _said(tmp_path) or "invalid syntax" in _said(tmp_path))
            file.write_text(HUB.replace("order.quick", "order.quicker"))
            until(lambda: _said(tmp_path).count(" ready") == 2)
            assert "hub.py changed" in _said(tmp_path)
            flows = command(tmp_path, "--json", "status").stdout
        finally:
            process.send_signal(signal.SIGTERM)
            code = process.wait(timeout=60)

    assert json.loads(flows)["hub"] is not None
    assert code == 0
    assert json.loads(command(tmp_path, "--json", "status").stdout)["hub"] is None


def _said(folder: Path) -> str:
    return (folder / "said.txt").read_text()


def test_a_flow_is_run_once_by_hand_where_no_hub_is_at_work(tmp_path: Path) -> None:
    (tmp_path / "hub.py").write_text(HUB)
    done = command(tmp_path, "--json", "flows", "run", "quick", "--event", '{"id":"1"}')
    dead = command(tmp_path, "flows", "run", "bad", "--event", '{"id":"2"}')
    unknown = command(tmp_path, "flows", "run", "quack", "--event", "{}")
    whose = ("--event", '{"id":"3"}', "--tenant", "shop-a")
    theirs = command(tmp_path, "--json", "flows", "run", "theirs", *whose)
    running = start(tmp_path)
    try:
        taken = command(tmp_path, "flows", "run", "quick", "--event", '{"id":"3"}')
    finally:
        stop(running)

    assert (done.returncode, dead.returncode, unknown.returncode, taken.returncode) == (0, 1, 2, 4)
    assert json.loads(done.stdout.splitlines()[-1])["state"] == "done"
    assert json.loads(theirs.stdout.splitlines()[-1])["tenant"] == "shop-a"
    assert running.book() == ["1", "3 of shop-a"]
    assert "is dead: not yet" in dead.stdout
    assert "this hub has bad, kept, quick, slow, theirs" in unknown.stderr
