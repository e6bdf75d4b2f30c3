"""At risk: a server that may lose a commit is warned of where people and machines look."""

import asyncio
import json
import signal
import urllib.request
from pathlib import Path

from tests import postgres_server
from tests.hub_process import HubProcess, eventually
from tests.ports import free_port

HUB = """
from tieline import Hub

hub = Hub("shop")
"""
GAUGE = "tieline_store_at_risk 1.0"
COUNTER = "tieline_store_trouble_total 0.0"


async def test_a_server_that_may_lose_a_commit_is_warned_of_in_plain_words(tmp_path: Path) -> None:
    url = await postgres_server.shared().database_of(tmp_path)
    mark = "&" if "?" in url else "?"

    said, metrics = await asyncio.to_thread(life, tmp_path, f"{url}{mark}synchronous_commit=off")

    warnings = [line for line in said if line.startswith("tieline: warning: ")]
    (warning,) = (line for line in warnings if "synchronous_commit = off" in line)
    assert "turn it on" in warning
    logged = [json.loads(line) for line in said if line.startswith("{")]
    assert [line["event"] for line in logged if line["event"].startswith("store.")] == [
        "store.at-risk"
    ]
    assert GAUGE in metrics
    assert COUNTER in metrics


def life(folder: Path, store: str) -> tuple[list[str], str]:
    """What a hub says from its start to its end, and what its metrics are."""
    (folder / "hub.py").write_text(HUB, encoding="utf-8")
    port = free_port()
    hub = HubProcess("hub.py:hub", folder, {}, address=store)
    hub.start(metrics_port=port)
    try:
        eventually(lambda: "tieline: ready" in hub.log.read_text("utf-8"), "not ready")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            metrics: str = answer.read().decode()
    finally:
        hub.signal(signal.SIGTERM)
        hub.wait_for_end()
    return hub.log.read_text("utf-8").splitlines(), metrics
