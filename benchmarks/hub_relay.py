"""Hub relay: a place and a flow come in; the hub itself serves there until told to stop."""

import argparse
import sys
from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import uvloop

from benchmarks.event import SECRET
from benchmarks.relay_hub import relay_hub, steps_hub
from tieline import Hub
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
    parser.add_argument("--backend", default="sqlite", choices=["sqlite"])
    parser.add_argument("--flow", default="relay", choices=sorted(HUBS))
    options = parser.parse_args()
    address = urlsplit(options.sink)
    hub = HUBS[options.flow](f"{address.scheme}://{address.netloc}")
    settings = Settings(store=str(options.directory / STORE), port=options.port, console_port=0)
    sys.exit(uvloop.run(serve(hub, settings)))


if __name__ == "__main__":
    main()
