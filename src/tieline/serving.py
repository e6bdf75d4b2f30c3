"""Serving: a hub and its settings come in; it is at work until a signal ends the process."""

import asyncio
import os
import sys

from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.last_resort import end_process_after
from tieline.adapters.telemetry.lines import LineObserver
from tieline.model.flow import HubSpec
from tieline.ports.vault import Vault
from tieline.process import running
from tieline.service import told_to_stop
from tieline.settings import Settings
from tieline.wiring import open_vault

LEAVE_S = 2.0
"""How long a stopped process may take to end: flows that cannot be ended may hold it."""
BEYOND_S = 25.0
"""How long a stop may take beyond the time that its runs are given: door, store and loops."""


async def serve(hub: HubSpec, settings: Settings) -> None:
    """Run until told to stop; say on stderr what somebody should know of meanwhile."""
    told = told_to_stop()  # before anything answers: whoever finds us may also stop us
    observer = LineObserver(sys.stderr, SystemClock().now_us)
    for warning in warnings(hub, open_vault(settings, os.environ)):
        _say(f"warning: {warning}")
    async with running(hub, settings, observer=observer) as it:
        _say(f"{hub.name} keeps its store in {it.parts.store.about}")
        if it.port:
            for name in hub.webhooks():
                _say(f"source {name}: http://{settings.host}:{it.port}/in/{name}")
        for line in (line for surface in it.surfaces for line in surface.where()):
            _say(line)
        _say("ready")
        name = await told
        _say(f"{name}: finishing {it.parts.back.busy} runs, at most {settings.shutdown_seconds} s")
        limit_s = settings.shutdown_seconds + BEYOND_S
        too_long = end_process_after(limit_s, 1, f"not stopped within {limit_s:g} s: ended")
    too_long.cancel()
    _say("stopped")
    end_process_after(LEAVE_S, 0)


def warnings(hub: HubSpec, vault: Vault) -> list[str]:
    """What will not work, although the hub can start."""
    found = []
    for door in hub.webhooks().values():
        if door.unverified:
            found.append(f"source {door.name} takes what anybody sends (unverified=True)")
        elif not vault.secrets(door.signing):
            found.append(f"source {door.name} refuses everything: no secret {door.signing!r}")
    for connection in hub.connections.values():
        name = connection.credential
        if name is not None and not vault.secrets(name):
            found.append(f"connection {connection.name} cannot call: no secret {name!r}")
    return found


def _say(text: str) -> None:
    sys.stdout.write(f"tieline: {text}\n")
    sys.stdout.flush()


def run(coroutine: object) -> None:
    """Run on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(coroutine)  # type: ignore[arg-type]
    else:
        uvloop.run(coroutine)  # type: ignore[arg-type]
