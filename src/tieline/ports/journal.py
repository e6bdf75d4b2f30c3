"""Journal: commands go in, and come back answered once they are on disk."""

from typing import Protocol, overload

from tieline.model import commands as c
from tieline.model.fleet.limits import KeepStandings, Leased, LeaseShares
from tieline.model.fleet.presence import Leave, TakeDuty
from tieline.model.people.access import AccessCommand, KeyTaken, TakeKey
from tieline.model.people.alert import KeepAlerts
from tieline.model.replays.operation import OperationCommand


class Journal(Protocol):
    """The role of the durable log.

    Promises: when ``commit`` returns, the command is on stable storage; a command is atomic by
    itself and is not affected by the failure of another; a claim is valid for one worker at a
    time and a write under a stale claim raises StaleClaim and stores nothing; a second Ingest
    of the same (tenant, source, identity) stores no event; runs of one lane are claimable one
    at a time, in the order in which they were stored.
    Not promised: the order of commands that are in flight at the same time.
    Raises: Overloaded (Ingest only: nothing was stored), StoreFull, StoreCorrupt, Conflict or
    NotFound for operators' commands.
    """

    @overload
    async def commit(self, command: c.Ingest) -> c.Ingested: ...
    @overload
    async def commit(self, command: c.Claim) -> c.Claimed: ...
    @overload
    async def commit(self, command: c.Settle) -> c.Settled: ...
    @overload
    async def commit(self, command: c.Promote) -> c.Promoted: ...
    @overload
    async def commit(self, command: c.Sweep) -> c.Swept: ...
    @overload
    async def commit(self, command: c.Beat) -> c.Beaten: ...
    @overload
    async def commit(self, command: LeaseShares) -> Leased: ...
    @overload
    async def commit(self, command: c.Fire) -> c.Ingested: ...
    @overload
    async def commit(self, command: c.DecideMany | c.CloseDeliveries) -> c.Decided: ...
    @overload
    async def commit(self, command: c.KeepSchedule) -> c.ScheduleRow: ...
    @overload
    async def commit(self, command: TakeKey) -> KeyTaken: ...
    @overload
    async def commit(
        self,
        command: c.Remember
        | c.GiveBack
        | c.WakeWaiting
        | c.Purge
        | c.Resume
        | c.ContinueReplay
        | c.CancelReplay
        | c.KeepReceipt
        | KeepStandings
        | c.Pause
        | c.Cancel
        | c.RetryDead
        | c.DiscardDead
        | c.EditDead
        | c.ResolveHeld
        | c.StartReplay
        | AccessCommand
        | OperationCommand
        | KeepAlerts
        | TakeDuty
        | Leave
        | c.AcknowledgeIssue
        | c.ResolveIssue
        | c.MuteIssue
        | c.ReopenIssue
        | c.KeepTally
        | c.TendIssues,
    ) -> c.Counted: ...

    async def close(self) -> None:
        """Commit what is waiting, then close the store."""
        ...
