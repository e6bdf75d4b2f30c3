"""Vendors as processes of their own: started, steered, killed, and never left behind."""

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tieline_sim.launch import launch, launch_all, launched, launched_all
from tieline_sim.mistake import Mistake
from tieline_sim.steering import Sim
from tieline_sim.vendors import VENDORS

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-m", "tieline_sim", "books"], stdout=subprocess.PIPE)
sys.stdout.write(child.stdout.readline().decode())
sys.stdout.flush()
sys.stdin.read()
"""
STRANGERS = """
import importlib, pkgutil, sys, tieline_sim
for found in pkgutil.walk_packages(tieline_sim.__path__, "tieline_sim."):
    if found.name != "tieline_sim.__main__":
        importlib.import_module(found.name)
print(sorted(name for name in sys.modules if name.partition(".")[0] == "tieline"))
"""


def post(sim: Sim, ref: str, key: str) -> int:
    line = http.client.HTTPConnection(sim.host, sim.port, timeout=5)
    headers = {"Authorization": f"Bearer {sim.token}", "Idempotency-Key": key}
    line.request("POST", "/entries", json.dumps({"ref": ref}), headers)
    status = line.getresponse().status
    line.close()
    return status


def test_a_vendor_is_steered_from_plain_code_and_ended_on_the_way_out() -> None:
    with launch("books", token="T") as sim:
        sim.faults([{"kind": "status", "count": 1, "params": {"status": 500}}])
        statuses = [post(sim, "ord-1", "k") for _ in range(3)]
        stats, entries, removed = sim.stats(), sim.ledger("ord-1"), sim.clear_faults()

    assert statuses == [500, 201, 201]
    assert (stats["effects"], stats["replayed"], removed) == (1, 1, 1)
    assert [entry["ref"] for entry in entries] == ["ord-1"]
    assert sim.process.returncode == 0


def test_a_killed_vendor_still_knows_its_ledger_and_keys(tmp_path: Path) -> None:
    file = tmp_path / "books.jsonl"
    with launch("books", ledger=file) as sim:
        post(sim, "ord-1", "k")
        sim.kill()

    with launch("books", ledger=file, port=sim.port) as again:
        status = post(again, "ord-1", "k")
        stats = again.stats()

    assert status == 201
    assert (stats["effects"], stats["double_effects"], stats["replayed"]) == (1, 0, 1)
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["ref"] == "ord-1"


def test_all_vendors_can_share_one_process() -> None:
    with launch_all(seed=3) as sims:
        payments, leads = sims["payments"], sims["leads"]
        payments.target(f"{leads.url}/nowhere", max_attempts=2, first_wait_seconds=0.01)
        payments.send([{"type": "invoice.paid", "object": {"id": "in_1"}}])
        idle = payments.idle()
        rejected, lost = leads.stats()["rejected"], payments.deliveries("given_up")

    assert (set(sims), len({sim.pid for sim in sims.values()})) == (set(VENDORS), 1)
    assert (idle, rejected, [row["ref"] for row in lost]) == (True, 2, ["in_1"])


async def test_a_vendor_is_steered_from_an_event_loop(tmp_path: Path) -> None:
    async with launched("leads", secret="", ledger=tmp_path / "leads.jsonl") as sim:
        await sim.limit(1, 60)
        await sim.rotate("new")
        await sim.faults([{"kind": "hang", "count": 1}])
        removed = await sim.clear_faults("hang")
        await sim.target(f"{sim.url}/_control/health", max_attempts=1)
        await sim.generate("lead.captured", 2)
        idle, stats = await sim.idle(), await sim.stats()
        rows, entries = await sim.deliveries(), await sim.ledger()

    assert (removed, idle, len(rows), entries) == (1, True, 2, [])
    assert stats["sender"]["given_up"] == 2  # POST to health is no such control request
    assert sim.sim.process.returncode == 0


async def test_all_vendors_can_be_launched_from_an_event_loop(tmp_path: Path) -> None:
    async with launched_all(ledger=tmp_path / "ledgers") as sims:
        healthy = await sims["crm"].ask("GET", "health")
        await sims["crm"].kill()

    assert healthy == {"ok": True, "vendor": "crm"}
    assert sorted(file.stem for file in (tmp_path / "ledgers").iterdir()) == sorted(VENDORS)


def test_a_vendor_that_cannot_start_says_why(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Mistake, match="did not start: exit code 2"), launch("crm", rate_limit="x"):
        pass

    assert "--rate-limit is 'x'; wanted 100/10" in capfd.readouterr().err


def test_two_vendors_cannot_have_the_same_port(capfd: pytest.CaptureFixture[str]) -> None:
    with launch("crm") as sim, pytest.raises(Mistake), launch("books", port=sim.port):
        pass

    assert "cannot listen on 127.0.0.1" in capfd.readouterr().err


def test_a_killed_parent_leaves_no_process() -> None:
    pipe = subprocess.PIPE
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=pipe, stdout=pipe, stderr=pipe)
    assert parent.stdout is not None
    child = json.loads(parent.stdout.readline())
    assert child["pid"] != parent.pid

    parent.kill()
    _, complaints = parent.communicate(timeout=10)  # ends when the child, too, lets go of stderr

    assert complaints == b""


def test_a_vendor_ends_cleanly_when_told() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "tieline_sim", "chat"], stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())

    os.kill(ready["pid"], signal.SIGTERM)
    process.communicate()

    assert (ready["vendor"], process.returncode) == ("chat", 0)


def test_simulators_never_import_the_hub() -> None:
    told = subprocess.run(
        [sys.executable, "-c", STRANGERS], capture_output=True, check=True, text=True
    )

    assert told.stdout.strip() == "[]"
