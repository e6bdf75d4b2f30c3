"""Stores: every backend that must keep the journal's promises, and the moves that tests make."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests import postgres_server
from tests.makers import ALICE, BOB, FLOW, START_US, an_ingest

from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.reader import PostgresReader
from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.committer import Batching, Committer
from tieline.adapters.sqlite.database import SqliteDatabase
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.compose.features import CATALOGUE
from tieline.features.schedules.model import ListSchedules
from tieline.model.base.ids import EventId, RunId, WorkerId
from tieline.model.commands import Beat, Claim, Ingested, Progress, Promote, Settle, Settled
from tieline.model.runs.run import ClaimedRun, HeadPolicy, Outcome
from tieline.model.views import views as v
from tieline.model.views.details import EventDetail, Oddity, RunDetail
from tieline.model.views.rows import AuditRow, RunRow
from tieline.ports.journal import Journal
from tieline.ports.views import Views

NOTHING = Progress()


@dataclass(slots=True)
class Store:
    """A journal, a reader beside it, and a clock that stands still until a test moves it."""

    journal: Journal
    views: Views
    path: Path
    now_us: int = START_US

    async def close(self) -> None:
        await self.views.close()
        await self.journal.close()

    @property
    def is_server(self) -> bool:
        """Whether it lies in a PostgreSQL server."""
        return self.path.is_dir()

    # --- moves ----------------------------------------------------------------------------------

    async def beat(self, worker: WorkerId = ALICE) -> None:
        await self.journal.commit(Beat(worker, self.now_us))

    async def ingest(self, *numbers: int, **changes: Any) -> list[Ingested]:
        """Deliveries one after the other, each stored before the next is sent."""
        return [await self.journal.commit(an_ingest(number, **changes)) for number in numbers]

    async def claim(
        self,
        worker: WorkerId = ALICE,
        *,
        limit: int = 100,
        flows: Iterable[str] = (FLOW,),
    ) -> list[ClaimedRun]:
        room = dict.fromkeys(flows, limit)
        claimed = await self.journal.commit(Claim(worker, limit, room, self.now_us))
        return list(claimed.runs)

    async def claim_one(self, worker: WorkerId = ALICE) -> ClaimedRun:
        (run,) = await self.claim(worker, limit=1)
        return run

    async def settle(
        self,
        run: ClaimedRun,
        outcome: Outcome,
        progress: Progress = NOTHING,
        policy: HeadPolicy = HeadPolicy.BLOCK,
    ) -> Settled:
        return await self.journal.commit(Settle(run.claim, outcome, progress, self.now_us, policy))

    async def promote(self) -> int:
        """Make ready what is due."""
        return (await self.journal.commit(Promote(self.now_us))).count

    # --- looks ----------------------------------------------------------------------------------

    async def detail(self, run_id: str) -> RunDetail:
        return await self.views.read(v.ShowRun(RunId(run_id)))

    async def untouched(self, run_id: str) -> RunDetail:
        """All of a run that a refused command must leave as it is."""
        detail = await self.detail(run_id)
        done = tuple(row for row in detail.audit if not row.action.startswith("rejected-"))
        return replace(detail, audit=done)

    async def run(self, run_id: str) -> RunRow:
        return (await self.detail(run_id)).run

    async def state(self, run_id: str) -> str:
        return (await self.run(run_id)).state

    async def event(self, event_id: str) -> EventDetail:
        return await self.views.read(v.ShowEvent(EventId(event_id)))

    async def audit(self, *, refused: bool = False) -> list[AuditRow]:
        """The audit log, oldest first: what was done, or what was *refused*."""
        page = await self.views.read(v.ListAudit(window=v.Window(limit=v.MOST_ROWS)))
        return [r for r in reversed(page.rows) if r.action.startswith("rejected-") == refused]

    async def everything(self) -> tuple[object, ...]:
        """All that a refused command must leave as it is."""
        whole = v.Window(limit=v.MOST_ROWS)
        return (
            await self.views.read(v.ListReceipts(window=whole)),
            await self.views.read(v.ListEvents(window=whole)),
            await self.views.read(v.ListRuns(window=whole)),
            await self.views.read(v.ListDead(window=whole)),
            await self.views.read(v.ListDead(decided=True, window=whole)),
            await self.views.read(v.ListReplays(window=whole)),
            await self.audit(),
            await self.views.read(v.ListPauses()),
            await self.views.read(ListSchedules()),
            await self.views.read(v.CountWork()),
        )

    async def oddities(self) -> list[Oddity]:
        """Rows that contradict each other; there are none, whatever happened."""
        found: list[Oddity] = []
        for part in v.PARTS:
            cursor: str | None = ""
            while cursor is not None:
                checked = await self.views.read(v.CheckRows(part, cursor))
                found.extend(checked.oddities)
                cursor = checked.cursor
        return found


Open = Callable[[Path], Awaitable[Store]]


async def sqlite_file(folder: Path, catalogue: Catalogue = CATALOGUE) -> Store:
    """SQLite on a file; the same folder opens the same store again."""
    path = folder / "tieline.db"
    journal = Committer(SqliteDatabase(path), catalogue)
    store = Store(journal, SqliteReader(path, catalogue), path)
    await store.beat(ALICE)
    await store.beat(BOB)
    return store


async def postgres(folder: Path, catalogue: Catalogue = CATALOGUE) -> Store:
    """PostgreSQL, with two connections that commit; the same folder opens the same database."""
    url = await postgres_server.shared().database_of(folder)
    database = await PostgresDatabase.open(url)
    journal = Committer(database, catalogue, batching=Batching(side_by_side=database.connections))
    store = Store(journal, await PostgresReader.open(url, catalogue), folder)
    await store.beat(ALICE)
    await store.beat(BOB)
    return store


BACKENDS: list[Open] = [sqlite_file, postgres]
