"""Bulk: a filter and one decision come in; they are counted, confirmed, and go on by themselves."""

from dataclasses import dataclass

from tieline.model.base.by import By
from tieline.model.base.errors import SettingsError
from tieline.model.replays.operation import PREFIX, BulkFilter
from tieline.model.views.views import CheckStore
from tieline.operations import bulk as long_work
from tieline.surfaces.cli.options import issue_of
from tieline.surfaces.cli.session import CliSession


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """What a command was said to be about: one run, or all of a filter."""

    run_id: str | None
    is_all: bool
    flow: str | None
    kind: str | None = None
    issue: str | None = None
    connection: str | None = None
    target: str = "dead-letters"
    tenant: str | None = None

    def check(self) -> None:
        """Raises SettingsError for both, neither, or a filter that would go unheard."""
        narrow = {
            "--flow": self.flow,
            "--kind": self.kind,
            "--issue": self.issue,
            "--connection": self.connection,
            "--tenant": self.tenant,
        }
        if (self.run_id is None) != self.is_all:
            given = "both" if self.is_all else "neither"
            raise SettingsError("what to decide", given, "give either a run's id, or --all")
        unheard = next((name for name, value in narrow.items() if value is not None), None)
        if unheard is not None and not self.is_all:
            raise SettingsError(unheard, narrow[unheard], "it goes with --all")

    def filter(self) -> BulkFilter:
        """As the hub takes it."""
        return BulkFilter(self.target, self.flow, self.kind, issue_of(self.issue),
                          self.connection, self.tenant)  # fmt: skip

    @property
    def noun(self) -> str:
        """What they are, for people."""
        return "held runs" if self.target == "held" else "dead letters"


def decide_all(session: CliSession, action: str, chosen: BulkTarget, by: By, *, yes: bool) -> None:
    """Count, ask, record; a hub then makes the decision bite by bite."""
    wanted = chosen.filter()
    counted = session.run(_count(session, wanted))
    if not counted:
        session.done("nothing of this waits for a decision", operation=None, runs=0)
        return
    least = "at least " if counted >= long_work.MOST_COUNTED else ""
    words = f"{least}{counted} {chosen.noun}: {action}."
    if not session.paper.is_json:
        session.paper.say(words)
    if not yes and not session.confirm(words, "yes"):
        raise SettingsError("--all", "not confirmed", "answer yes, or give --yes")
    id_ = session.run(_start(session, action, wanted, by))
    told = f"{id_} is started: tieline operations show {id_}"
    session.done(told, operation=id_, runs=counted)
    if session.far is None and session.ask(CheckStore()).holder is None:
        session.paper.hint("no hub is running: it goes on when one serves this store")


async def _count(session: CliSession, wanted: BulkFilter) -> int:
    async with session.views() as views:
        return await long_work.count(views, wanted)


async def _start(session: CliSession, action: str, wanted: BulkFilter, by: By) -> str:
    if session.far is not None:
        async with session.hub_there() as hub:
            return await hub.start_bulk(action, wanted, by)
    id_ = PREFIX + session.target().ids.replay().partition("_")[2]
    async with session.views() as views, session.journal() as journal:
        await long_work.start(journal, views, id_, (action, wanted), by)
    return id_
