"""Hub relay: a place and a flow come in; the hub itself serves there until told to stop.

With several processes this one becomes ``tieline serve``, which is their supervisor.
"""

import argparse
import asyncio
import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvloop

from benchmarks.counting import count_statements
from benchmarks.event import SECRET
from benchmarks.relay_hub import relay_hub, steps_hub
from benchmarks.served import SINK
from benchmarks.threads import name_threads
from tieline import Hub
from tieline.compose.process import running
from tieline.compose.service import told_to_stop
from tieline.compose.telemetry import Telemetry
from tieline.model.fleet.role import ALL_ROLES
from tieline.settings.settings import Settings

HUBS: Mapping[str, Callable[[str], Hub]] = {"relay": relay_hub, "steps": steps_hub}
STORE = "hub.db"
SCRAPE_S = 2.0
_VAULT = {
    "TIELINE_SECRET_BILLING": f"whsec_{b64encode(SECRET).decode()}",
    "TIELINE_SECRET_ENTRIES": "benchmark-token",
}


async def serve(hub: Hub, settings: Settings) -> None:
    async with running(hub.spec(), settings, environment=_VAULT) as it:
        name_threads()
        scraped = asyncio.create_task(_scrape(it.parts.telemetry))
        await told_to_stop()
        scraped.cancel()


async def _scrape(telemetry: Telemetry | None) -> None:
    """Ask for the metrics as a Prometheus does, only more often."""
    while telemetry is not None and telemetry.metrics is not None:
        await asyncio.sleep(SCRAPE_S)
        await asyncio.to_thread(telemetry.render)


def told(directory: Path, telemetry: str, collector: str | None) -> dict[str, Any]:
    """The settings of a hub that tells nothing, everything, or what it does by default."""
    if telemetry == "off":
        return {"metrics": False, "log_format": "none"}
    if telemetry == "default":
        return {}
    log_file = str(directory / "hub.log")
    return {"log_format": "json", "log_file": log_file, "otlp_endpoint": collector}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.hub_relay", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--sink", required=True)
    parser.add_argument("--store", default="", help="URL of a database instead of a file")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--roles", default=",".join(ALL_ROLES))
    parser.add_argument("--statements", type=Path, help="where to write how many there were")
    parser.add_argument("--telemetry", default="default", choices=["off", "default", "on"])
    parser.add_argument("--collector", help="with --telemetry on: where traces go")
    parser.add_argument("--flow", default="relay", choices=sorted(HUBS))
    options = parser.parse_args()
    address = urlsplit(options.sink)
    sink = f"{address.scheme}://{address.netloc}"
    if options.processes > 1:
        _become_supervisor(options, sink)
    counts = count_statements() if options.statements else {}
    settings = Settings(
        store=options.store or str(options.directory / STORE),
        port=options.port,
        console_port=0,
        roles=options.roles,
        **told(options.directory, options.telemetry, options.collector),
    )
    uvloop.run(serve(HUBS[options.flow](sink), settings))
    if options.statements:
        options.statements.write_text(json.dumps(counts), encoding="utf-8")


def _become_supervisor(options: argparse.Namespace, sink: str) -> None:
    settings = {
        "TIELINE_HUB": f"benchmarks.served:{options.flow}",
        "TIELINE_STORE": options.store,
        "TIELINE_PORT": str(options.port),
        "TIELINE_CONSOLE_PORT": "0",
        "TIELINE_PROCESSES": str(options.processes),
        "TIELINE_ROLES": options.roles,
        SINK: sink,
    }
    command = [sys.executable, "-m", "tieline", "serve"]
    os.execve(sys.executable, command, {**os.environ, **settings, **_VAULT})


if __name__ == "__main__":
    main()
