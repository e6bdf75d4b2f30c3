"""Scripting: a hub comes in; while a block lasts, a script can call the hub's connections.

    async with tieline.session(hub):
        entry = await books.get("/entries/ent_1")

The same guards as in a flow (credential, egress, pace, breaker, redaction), one try, no memory.
"""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tieline.adapters.http.client import PooledHttpClient
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.chain import VaultChain
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.adapters.vault.folder import FolderVault
from tieline.authoring.hub import Hub
from tieline.pipeline.call import Calls
from tieline.pipeline.steps.direct_call import DirectCaller
from tieline.ports.caller import CURRENT


@asynccontextmanager
async def session(
    hub: Hub,
    *,
    secrets_folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[None]:
    """Carry out the calls of *hub*'s connections, in this task and those it starts.

    Secrets come from files in *secrets_folder*, then from ``TIELINE_SECRET_…`` variables. A call
    raises CallRefused when no repeat can cure it, else CallFailed. Raises DeclarationError when the
    hub has mistakes.
    """
    hub.spec()
    variables = EnvironmentVault(os.environ if environment is None else environment)
    files = [] if secrets_folder is None else [FolderVault(secrets_folder)]
    vault = VaultChain(*files, variables)
    http, clock = PooledHttpClient(), SystemClock()
    caller = DirectCaller(Calls(http, vault, clock, CountingObserver()), clock, SystemIds())
    token = CURRENT.set(caller)
    try:
        yield
    finally:
        CURRENT.reset(token)
        await http.close()
