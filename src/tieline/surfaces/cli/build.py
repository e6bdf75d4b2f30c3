"""Build: what the command line works with; the wiring makes it, no command names a backend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tieline.model.hub.flow import HubSpec
from tieline.model.views.engine_report import StoreReport
from tieline.operations.finding import Check
from tieline.operations.known_names import Lists
from tieline.operations.planning import Plans
from tieline.pipeline.admit import Admitter
from tieline.ports.clock import Clock
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.secrecy import Secrecy
from tieline.ports.transfer import RowStore
from tieline.ports.vault import Vault
from tieline.ports.views import Views

if TYPE_CHECKING:
    from tieline.adapters.remote.client import RemoteAddress, RemoteHub
    from tieline.model.views.details import RunDetail

Overrides = Mapping[str, object]
"""Settings that were given on the command line, by name; None: not given."""


@dataclass(frozen=True, slots=True)
class CommandTarget:
    """What a command is about, after all settings are read."""

    store: str
    """A path, or the address of a database."""
    hub: str
    """``file.py:name`` or ``module:name``."""
    clock: Clock
    ids: Ids
    vault: Vault
    secrecy: Secrecy
    public_url: str | None = None
    """How senders reach the hub, if the settings say."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a demo shall be like."""

    seconds: float
    """Of traffic; draining comes on top."""
    per_second: float
    """Events that are sent."""
    kill: bool
    """Whether the hub is killed and started again in the middle."""
    store: Path | None
    """None: a temporary file."""
    is_json: bool
    is_terminal: bool
    keep: bool = False
    """Whether the hub goes on afterwards, for looking around."""


class Build(Protocol):
    """The role of the wiring, for people's commands."""

    def target(self, overrides: Overrides) -> CommandTarget:
        """Store, hub and secrets by command line, environment, file and default.

        Raises SettingsError.
        """
        ...

    def load_hub(self, overrides: Overrides) -> HubSpec:
        """Import the hub as it runs here, and check it. Raises SettingsError, DeclarationError."""
        ...

    def hub_files(self, overrides: Overrides) -> tuple[tuple[str, str], ...]:
        """Names and texts of the files that the hub, once loaded, is made of."""
        ...

    def admitter(self, hub: HubSpec, overrides: Overrides) -> Admitter:
        """What turns an edited or replayed event into runs."""
        ...

    async def open_views(self, store: str) -> Views:
        """Read *store*, whether a hub has it open or not. Raises StoreError."""
        ...

    async def open_journal(self, store: str) -> Journal:
        """Operators' commands: through the hub that has a file open, else on the store itself.

        Raises StoreError when there is none, StoreLocked when its owner cannot be asked.
        """
        ...

    async def open_far(self, far: "RemoteAddress") -> "RemoteHub":
        """A running hub elsewhere, over its API. Raises SettingsError."""
        ...

    def console(self, overrides: Overrides) -> str:
        """Where people find the console; ends with a slash. Raises SettingsError."""
        ...

    def door(self, overrides: Overrides) -> tuple[str, str]:
        """Where deliveries are sent here, and under which address their senders know it; without a
        slash at their ends. Raises SettingsError."""
        ...

    async def hub_status(self, store: str) -> Mapping[str, object] | None:
        """What the hub that has *store* open says of itself; None when none can be asked."""
        ...

    async def open_rows(self, store: str, *, is_new: bool = False) -> RowStore:
        """All of a store that nobody works on, to be copied or filled. Raises StoreError."""
        ...

    async def sheet(self, store: str) -> StoreReport:
        """What the engine says of a store, whatever release it is of. Raises StoreError."""
        ...

    def serve(self, overrides: Overrides) -> int:
        """Run the hub until told to stop; returns the exit code.

        Raises SettingsError, DeclarationError, StoreError.
        """
        ...

    def serve_again(self, overrides: Overrides) -> int:
        """Run it in a process that is replaced when the hub's files change, until told to stop.

        Raises SettingsError.
        """
        ...

    def flow_run(
        self, overrides: Overrides, flow: str, event: object, type_: str | None, tenant: str | None
    ) -> "RunDetail":
        """Execute *flow* for *event* on a store that nobody has open, until the run ends or waits.

        Raises SettingsError, DeclarationError, StoreError, CommandRefused.
        """
        ...

    @property
    def plans(self) -> Plans:
        """How actions are planned before they are ordered."""
        ...

    @property
    def checks(self) -> Sequence[Check]:
        """What features have the doctor look at."""
        ...

    @property
    def known_by(self) -> Lists:
        """Lists of features that may have something of a name."""
        ...

    def demo(self, wishes: DemoOptions) -> int:
        """Run the example hub among simulated vendors; returns the exit code."""
        ...
