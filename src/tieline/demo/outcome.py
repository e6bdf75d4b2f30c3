"""Outcome: a stage after the play comes in; what was sent, done and left over goes out."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass

from tieline.demo.accounting import DemoAccounts
from tieline.demo.checks import Acknowledged, DemoCounts, acknowledged, applied, is_visible, missing
from tieline.demo.parts import DemoParts
from tieline.demo.scenario import STREAMS
from tieline.demo.vendors import Json
from tieline.model.base.errors import NotFound
from tieline.model.base.ids import EventId
from tieline.model.inbound.event import Reference
from tieline.model.views.details import RunDetail
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns, ReadTrail, ShowEvent, ShowRun, Window

KINDS = {"leads": "lead", "payments": "payment", "helpdesk": "ticket"}
"""Vendor → the kind of reference that its events carry."""
EFFECTS_AT = ("crm", "books", "chat")
PAGE = 500


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """How it ended."""

    count: DemoCounts
    lost: tuple[str, ...]
    held: tuple[RunRow, ...]
    dead: tuple[RunRow, ...]
    sufferer: RunDetail | None
    """The run whose tries failed most often, and which was done all the same if there is one."""
    accounts: DemoAccounts
    """What became of everything, as the hub itself says."""


async def reckon(stage: DemoParts, accounts: DemoAccounts) -> DemoOutcome:
    """Ask senders, vendors and the store."""
    await accounts.make(stage)
    stats = {name: await vendor.stats() for name, vendor in stage.vendors.items()}
    runs = [detail async for detail in _runs(stage)]
    lost = [*await _lost(stage), *await _lost_samples(stage)]
    senders = [stats[stream.vendor]["sender"] for stream in STREAMS]
    taken = [sent for sent in stage.sent if 200 <= sent.status < 300]
    fresh = {sent.sample.body for sent in taken}
    count = DemoCounts(
        sent=sum(one["sent"] for one in senders) + len(stage.samples),
        accepted=sum(one["accepted"] for one in senders) + len(fresh),
        refused=sum(one["refused"] for one in senders),
        duplicates=sum(one["duplicates_sent"] for one in senders) + len(taken) - len(fresh),
        effects=_total(stats, "effects"),
        double_effects=_total(stats, "double_effects"),
        lost=len(lost),
        retried=sum(_tried_again(detail) for detail in runs),
        held=sum(detail.run.state == "held" for detail in runs),
        dead=sum(detail.run.state == "dead" for detail in runs),
        accounts=accounts.made,
        unbalanced=len(accounts.off),
    )
    return DemoOutcome(
        count=count,
        lost=tuple(lost),
        held=tuple(detail.run for detail in runs if detail.run.state == "held"),
        dead=tuple(detail.run for detail in runs if detail.run.state == "dead"),
        sufferer=max(runs, key=_suffering, default=None),
        accounts=accounts,
    )


def _total(stats: dict[str, Json], name: str) -> int:
    return sum(stats[vendor][name] for vendor in stats)


def _tried_again(detail: RunDetail) -> int:
    return sum(attempt.retry_us is not None for attempt in detail.attempts)


def _suffering(detail: RunDetail) -> tuple[bool, int, int]:
    lived_us = detail.run.moved_us - detail.run.created_us
    return detail.run.state == "done", _tried_again(detail), lived_us


async def _runs(stage: DemoParts) -> AsyncIterator[RunDetail]:
    """Every run that was made since the curtain rose, with its tries."""
    cursor = None
    while True:
        window = Window(since_us=stage.started_us, before=cursor, limit=PAGE)
        page = await stage.views.read(ListRuns(window=window))
        for row in page.rows:
            yield await stage.views.read(ShowRun(row.id))
        cursor = page.cursor
        if cursor is None:
            return


async def _lost(stage: DemoParts) -> list[str]:
    """Acknowledged events whose effect is nowhere, and which no run shows as unfinished."""
    ledgers = [await stage.vendors[vendor].ledger() for vendor in EFFECTS_AT]
    there = applied(*ledgers)
    lost: list[Acknowledged] = []
    for stream in STREAMS:
        deliveries = await stage.vendors[stream.vendor].deliveries()
        undone = missing(acknowledged(stream.vendor, deliveries), there)
        lost += [event for event in undone if not is_visible(await _states(stage, event))]
    return [f"{KINDS[event.vendor]}:{event.ref}" for event in lost]


async def _states(stage: DemoParts, event: Acknowledged) -> list[str]:
    reference = Reference(KINDS[event.vendor], event.ref)
    try:
        trail = await stage.views.read(ReadTrail(reference=reference))
    except NotFound:
        return []
    return [run.state for run in trail.runs]


async def _lost_samples(stage: DemoParts) -> list[str]:
    """Acknowledged samples that left no finished run and no reference."""
    lost = []
    for sent in stage.sent:
        if not 200 <= sent.status < 300:
            continue
        name = f"{sent.sample.connection} {sent.sample.kind}"
        if sent.event_id is None or not await _is_noted(stage, EventId(sent.event_id)):
            lost.append(name)
    return lost


async def _is_noted(stage: DemoParts, event_id: EventId) -> bool:
    try:
        detail = await stage.views.read(ShowEvent(event_id))
    except NotFound:
        return False
    states = [run.state for run in detail.runs]
    has_name = bool(detail.mentions)
    return bool(states) and (is_visible(states) or has_name)


def by_reason(runs: Iterable[RunRow]) -> list[tuple[str, int]]:
    """Flows and reasons, the most frequent first."""
    counted = Counter(f"{run.flow}: {run.reason or 'no reason'}" for run in runs)
    return counted.most_common()
