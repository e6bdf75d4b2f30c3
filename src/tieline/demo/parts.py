"""Parts: what is wished comes in; vendors and a hub at work, ready for a demo, go out."""

import asyncio
import base64
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tieline.demo.example import example_folder
from tieline.demo.hub_process import CREDENTIALS, HubProcess
from tieline.demo.samples import FOLDERS, Sample, Sent, recorded
from tieline.demo.scenario import STREAMS
from tieline.demo.vendors import Vendor, vendors_at_work
from tieline.model.base.ids import Micros
from tieline.ports.views import Views
from tieline.surfaces.cli.build import DemoOptions

OpenViews = Callable[[str], Awaitable[Views]]
MakeAccount = Callable[[Views, Micros], Awaitable[tuple[bool, tuple[str, ...]]]]
"""Says of all that was accepted since a moment whether it adds up, and how, in sentences."""
ROUNDS = 100_000
NUMBERS_A_SECOND = 1_000


@dataclass(slots=True)
class DemoParts:
    """Everything a demo plays with."""

    wishes: DemoOptions
    hub: HubProcess
    vendors: Mapping[str, Vendor]
    views: Views
    account: MakeAccount
    signing: Mapping[str, str]
    """Connection → the secret that signs its webhooks."""
    samples: list[Sample]
    first_number: int
    """Of the events that are made up; another one each time, for a store that is used again."""
    started_us: int
    fresh_token: str = ""
    """The credential that the books accept once the first has expired."""
    sent: list[Sent] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What happened, for people who watch."""
    clock_s: float = field(default_factory=time.monotonic)

    @property
    def elapsed_s(self) -> float:
        """Since the curtain rose."""
        return time.monotonic() - self.clock_s

    def note(self, words: str) -> None:
        """Tell those who watch."""
        self.notes.append(f"{self.elapsed_s:5.1f} s  {words}")


@asynccontextmanager
async def stage(
    wishes: DemoOptions, open_views: OpenViews, account: MakeAccount
) -> AsyncIterator[DemoParts]:
    """Start everything; end everything that was started."""
    example = example_folder()
    token = secrets.token_hex(16)
    async with AsyncExitStack() as ending:
        folder = Path(ending.enter_context(TemporaryDirectory(prefix="tieline-demo-")))
        vendors = await ending.enter_async_context(vendors_at_work(folder, token))
        hub = HubProcess(folder, wishes.store or folder / "demo.db")
        hub.configure(example / "hub.py", vendors)
        signing = _give_secrets(hub, token)
        now_s = time.time()
        ending.push_async_callback(asyncio.to_thread, hub.stop)
        await hub.start()
        views = await open_views(str(hub.store))
        ending.push_async_callback(views.close)
        yield DemoParts(
            wishes=wishes,
            hub=hub,
            vendors=vendors,
            views=views,
            account=account,
            signing=signing,
            samples=recorded(example / "samples"),
            first_number=int(now_s) % ROUNDS * NUMBERS_A_SECOND,
            started_us=int(now_s * 1e6),
        )


def _give_secrets(hub: HubProcess, token: str) -> dict[str, str]:
    """Fill the hub's vault; returns what signs the webhooks of each connection."""
    for credential in CREDENTIALS:
        hub.give_secret(credential, token)
    connections = [*(stream.connection for stream in STREAMS), *FOLDERS]
    signing = {connection: _signing_secret() for connection in connections}
    for connection, secret in signing.items():
        hub.give_secret(f"{connection}-signing", secret)
    return signing


def _signing_secret() -> str:
    """One that every scheme takes: Standard Webhooks wants base64 behind its prefix."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
