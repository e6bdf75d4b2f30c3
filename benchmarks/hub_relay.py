"""Hub relay: a place and a flow come in; the hub itself serves there until told to stop.

With several processes this one becomes ``tieline serve``, which is their supervisor.
"""

import argparse
import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from benchmarks.counting import count_statements
from benchmarks.event import SECRET
from benchmarks.relay_hub import relay_hub, steps_hub
from benchmarks.served import SINK
from tieline import Hub
from tieline.model.process_role import ALL_ROLES
from tieline.process import running
from tieline.service import told_to_stop
from tieline.settings import Settings

HUBS: Mapping[str, Callable[[str], Hub]] = {"relay": relay_hub, "steps": steps_hub}
STORE = "hub.db"
_VAULT = {
    "TIELINE_SECRET_BILLING": f"whsec_{b64encode(SECRET).decode()}",
    "TIELINE_SECRET_ENTRIES": "benchmark-token",
}


async def serve(hub: Hub, settings: Settings) -> None:
    async with running(hub.spec(), settings, environment=_VAULT):
        await told_to_stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.hub_relay", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--sink", required=True)
    parser.add_argument("--store", default="", help="URL of a database instead of a file")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--roles", default=",".join(ALL_ROLES))
    parser.add_argument("--statements", type=Path, help="where to write how many there were")
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
