"""Plan of a decision: which runs are meant comes in; what deciding about them would do goes out."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace

from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId, IssueId, RunId, TenantId
from tieline.model.plans.plan import Plan, PlanExample, PlanWarning
from tieline.model.replays.operation import BulkFilter
from tieline.model.views.plans import PlanDecisions
from tieline.model.views.rows import DeadRow, RunRow
from tieline.model.views.views import (
    CountEffects,
    ListBlockedLanes,
    ListDead,
    ListPauses,
    ListRuns,
    Page,
    ShowRun,
    Window,
)
from tieline.operations.planning import PlanParts
from tieline.ports.views import Views
from tieline.rules.formats.labels import label
from tieline.rules.plans.change import fingerprint
from tieline.rules.plans.count import MOST_NAMED, PlanCount
from tieline.rules.runs.decided import (
    DECISIONS,
    RETRIES,
    UNKNOWN_RUN,
    choice_words,
    refusal,
)

MOST_COUNTED = 10_000
PLAN_PAGE = 500


@dataclass(frozen=True, slots=True)
class _RunToPlan:
    """One run that is meant."""

    id: RunId
    tenant: TenantId
    flow: str
    event_id: EventId
    lane: str | None
    state: str
    resolution: str | None
    doubt: str | None
    """The step whose outcome is unknown."""
    says: str
    """What it is."""


async def plan(parts: PlanParts, asked: PlanDecisions) -> Plan:
    """Look at every run that is meant, up to a limit. Changes nothing."""
    tally = _DecisionTally(asked)
    exact = True
    if asked.filter is None:
        await tally.add([one async for one in _named(parts.views, asked.run_ids)], parts.views)
        tally.miss(asked.run_ids)
    else:
        async for rows, cursor in _pages(parts.views, asked.filter):
            await tally.add(rows, parts.views)
            exact = cursor is None
            if tally.found >= MOST_COUNTED:
                break
    paused = {one.name for one in await parts.views.read(ListPauses()) if one.kind == "flow"}
    made = Plan(
        action=asked.action,
        chosen=choice_words(asked.filter, len(asked.run_ids)),
        noun="run",
        at_us=parts.now_us,
        found=tally.found,
        exact=exact,
        does=tally.count.planned,
        left_out=tally.count.left_out,
        warnings=(*tally.doubts(), *tally.queues(), *tally.waits(paused)),
        effects=tally.effects,
        repeats_effects=asked.as_new_action,
    )
    return replace(made, fingerprint=fingerprint(made, tally.count.digest))


async def page_of(
    views: Views, wanted: BulkFilter, cursor: str | None, limit: int
) -> Page[DeadRow] | Page[RunRow]:
    """The next runs of a filter, newest first."""
    window = Window(before=cursor, limit=limit)
    if wanted.target == "held":
        return await views.read(ListRuns(wanted.flow, "held", None, window, tenant=wanted.tenant))
    issue = None if wanted.issue is None else IssueId(wanted.issue)
    return await views.read(
        ListDead(
            wanted.flow,
            wanted.kind,
            window=window,
            issue=issue,
            connection=wanted.connection,
            tenant=wanted.tenant,
        )
    )


async def _pages(
    views: Views, wanted: BulkFilter
) -> AsyncIterator[tuple[list[_RunToPlan], str | None]]:
    cursor: str | None = None
    while True:
        page = await page_of(views, wanted, cursor, PLAN_PAGE)
        yield [_chosen(row) for row in page.rows], page.cursor
        cursor = page.cursor
        if cursor is None:
            return


async def _named(views: Views, ids: Sequence[RunId]) -> AsyncIterator[_RunToPlan]:
    for id_ in dict.fromkeys(ids):
        try:
            detail = await views.read(ShowRun(id_))
        except NotFound:
            continue
        one = _chosen(detail.run)
        dead = detail.dead
        yield one if dead is None else replace(one, resolution=dead.resolution)


def _chosen(row: DeadRow | RunRow) -> _RunToPlan:
    if isinstance(row, DeadRow):
        says, id_ = f"{row.flow}: {label(row.kind)}", row.run_id
        state, resolution, doubt = "dead", row.resolution, None
    else:
        says, id_ = f"{row.flow}: {label(row.state)}", row.id
        state, resolution = row.state, None
        doubt = None if row.step_in_doubt is None else row.step_in_doubt[0]
    return _RunToPlan(
        id=id_,
        tenant=row.tenant,
        flow=row.flow,
        event_id=row.event_id,
        lane=row.lane,
        state=state,
        resolution=resolution,
        doubt=doubt,
        says=says,
    )


class _DecisionTally:
    """Counts while a plan is made."""

    def __init__(self, asked: PlanDecisions) -> None:
        self.found = 0
        self.effects = 0
        self.count = PlanCount()
        self._asked = asked
        self._ids: set[RunId] = set()
        self._of_flows: Counter[str] = Counter()
        self._blocked: Counter[tuple[RunId, str]] = Counter()

    async def add(self, rows: Sequence[_RunToPlan], views: Views) -> None:
        """Some more runs."""
        self.found += len(rows)
        fit = []
        for one in rows:
            self._ids.add(one.id)
            example = PlanExample(one.id, one.says)
            why = refusal(self._asked.action, one.state, one.resolution, one.doubt)
            if why is not None:
                self.count.leaves(why, example)
                continue
            does = DECISIONS[self._asked.action].format(flow=one.flow)
            self.count.does(does, example, flow=one.flow)
            fit.append(one)
        if self._asked.action in RETRIES:
            await self._look_ahead(fit, views)

    def miss(self, ids: Sequence[RunId]) -> None:
        """Of runs that are named: those that are not there."""
        for id_ in ids:
            if id_ not in self._ids:
                self.count.leaves(UNKNOWN_RUN, PlanExample(id_, "named, and not found"))

    async def _look_ahead(self, rows: Sequence[_RunToPlan], views: Views) -> None:
        """What would become of runs that go on."""
        self._of_flows.update(one.flow for one in rows)
        made = await views.read(CountEffects(tuple({one.event_id for one in rows})))
        wanted = {(one.event_id, one.flow) for one in rows}
        self.effects += sum(one.effects for one in made if (one.event_id, one.flow) in wanted)
        lanes = Counter((one.tenant, one.flow, one.lane) for one in rows if one.lane is not None)
        for lane in await views.read(ListBlockedLanes(tuple(lanes))):
            self._blocked[lane.head, lane.state] += lanes[lane.tenant, lane.flow, lane.key]

    def doubts(self) -> Iterator[PlanWarning]:
        """What nobody knows of steps whose outcome is unknown."""
        if self._asked.action == "resolve-retry" and self.found:
            yield PlanWarning(
                "a step that did happen is made a second time, unless the other system "
                "recognises its idempotency key"
            )

    def queues(self) -> Iterator[PlanWarning]:
        """Where runs would wait: not behind a head that is decided with them."""
        heads = [one for one in self._blocked.most_common() if one[0][0] not in self._ids]
        for (head, state), runs in heads[:MOST_NAMED]:
            words = f"{runs} of these runs would wait behind {head}, which is {label(state)}"
            yield PlanWarning(words, head, runs)

    def waits(self, paused: set[str]) -> Iterator[PlanWarning]:
        """Which runs would not begin, since their flow is paused."""
        for name in sorted(paused):
            if runs := self._of_flows[name]:
                words = f"the flow {name} is paused: {runs} runs would wait for it"
                yield PlanWarning(words, count=runs)
