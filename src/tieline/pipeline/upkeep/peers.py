"""Peers: what this process goes by is made known, and held against what the others go by."""

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import WorkerId
from tieline.model.fleet.declaration import Declaration, KeepDeclaration, ListDeclarations
from tieline.model.views.views import ListWorkers
from tieline.ports.clock import Clock
from tieline.ports.journal import Journal
from tieline.ports.views import Views
from tieline.rules.fleet.difference import decides, other_hub
from tieline.rules.watch.fleet import FleetSigns, not_everywhere


class Peers:
    """The other processes of the store."""

    def __init__(  # noqa: PLR0913 - the ports, and who this process is
        self,
        own: Declaration,
        worker: WorkerId,
        journal: Journal,
        views: Views,
        clock: Clock,
        *,
        is_alone: bool,
    ) -> None:
        """*is_alone*: no other process can be at work on the store."""
        self._own = own
        self._worker = worker
        self._journal = journal
        self._views = views
        self._clock = clock
        self._is_alone = is_alone
        self.warnings: tuple[str, ...] = ()
        """What people should know before this process begins beside the others."""

    async def join(self) -> None:
        """At start, once this process has beaten: of two that do so at once, one sees the other.

        Raises SettingsError where processes of another hub are at work.
        """
        now_us = self._clock.now_us()
        workers = await self._views.read(ListWorkers())
        other = other_hub(workers, self._own.hub, self._worker, now_us)
        if other is not None:
            raise SettingsError(
                "store",
                "…",
                f"hub {other.hub!r} is running on it ({other.about}), and this is hub "
                f"{self._own.hub!r}: a store has one hub, so give this one a store of its own; if "
                f"the hub was renamed, stop the processes of {other.hub!r} first",
            )
        await self._journal.commit(KeepDeclaration(self._own, now_us))
        if not self._is_alone:
            declarations = await self._views.read(ListDeclarations())
            lag = not_everywhere(FleetSigns(workers, declarations, now_us))
            self.warnings = tuple(f"{one.what}; {one.do}" for one in lag)

    async def decides(self, what: str) -> bool:
        """Whether all go by what this process says of *what*; asked where the store differs."""
        if self._is_alone:
            return True
        workers = await self._views.read(ListWorkers())
        declarations = await self._views.read(ListDeclarations())
        return decides(what, self._own.digest, workers, declarations, self._clock.now_us())
