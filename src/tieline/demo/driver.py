"""Driver: a stage comes in; traffic is played on it, with faults, until the hub has drained."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable

from tieline.demo.parts import DemoParts
from tieline.demo.samples import deliver
from tieline.demo.scenario import FAULTS, STREAMS, ScenarioTimes, moments
from tieline.model.base.errors import StoreError
from tieline.model.views.rows import WorkCount
from tieline.model.views.views import CountWork

DRAIN_S = 90.0
LOOK_S = 0.2


async def play(stage: DemoParts) -> None:
    """The whole course: traffic, trouble, silence."""
    course = moments(stage.wishes.seconds)
    for name, rules in FAULTS.items():
        await stage.vendors[name].misbehave(rules)
    await _begin_traffic(stage)
    async with asyncio.TaskGroup() as tasks:
        for at_s, act in _acts(stage, course):
            tasks.create_task(_at(stage, at_s, act))
    await _until_quiet(stage)


async def _begin_traffic(stage: DemoParts) -> None:
    for stream in STREAMS:
        vendor = stage.vendors[stream.vendor]
        url = f"http://127.0.0.1:{stage.hub.port}/in/{stream.connection}"
        await vendor.aim(url, stage.signing[stream.connection])
        per_second = stage.wishes.per_second * stream.share
        count = max(1, round(per_second * stage.wishes.seconds))
        await vendor.generate(stream.kind, count, per_second, stage.first_number)
    stage.note("traffic begins")


Act = Callable[[DemoParts], Awaitable[None]]


def _acts(stage: DemoParts, course: ScenarioTimes) -> list[tuple[float, Act]]:
    acts: list[tuple[float, Act]] = [
        (course.first_samples, _send_samples),
        (course.expire, _expire),
        (course.renew, _renew),
        (course.second_samples, _send_samples),
        (course.end, _end),
    ]
    return [*acts, (course.kill, _kill)] if stage.wishes.kill else acts


async def _at(stage: DemoParts, at_s: float, act: Act) -> None:
    await asyncio.sleep(max(0.0, at_s - stage.elapsed_s))
    await act(stage)


async def _send_samples(stage: DemoParts) -> None:
    """Bodies as Stripe, GitHub and Shopify send them; the second time they are duplicates."""
    for sample in stage.samples:
        sent = await deliver(sample, stage.hub.port, stage.signing[sample.connection])
        stage.sent.append(sent)
    stage.note(f"{len(stage.samples)} recorded deliveries of Stripe, GitHub and Shopify sent")


async def _kill(stage: DemoParts) -> None:
    stage.note("kill -9 of the hub")
    await asyncio.to_thread(stage.hub.kill)
    down_s = time.monotonic()
    await stage.hub.start()
    stage.note(f"the hub is back after {time.monotonic() - down_s:.1f} s")


async def _expire(stage: DemoParts) -> None:
    stage.fresh_token = secrets.token_hex(16)
    await stage.vendors["books"].rotate(stage.fresh_token)
    stage.note("the books accept the hub's credential no longer")


async def _renew(stage: DemoParts) -> None:
    await asyncio.to_thread(stage.hub.give_secret, "books-live", stage.fresh_token)
    stage.note("the new credential is in the hub's vault")


async def _end(stage: DemoParts) -> None:
    stage.note("traffic ends")


async def _until_quiet(stage: DemoParts) -> None:
    """Wait until senders have their answers and the hub has nothing left that it could do."""
    last_s = time.monotonic() + DRAIN_S
    while time.monotonic() < last_s:
        if not await _pending(stage) and await _is_drained(stage):
            stage.note("the hub has drained")
            return
        await asyncio.sleep(LOOK_S)
    stage.note(f"the hub has not drained within {DRAIN_S:.0f} s")


async def _pending(stage: DemoParts) -> int:
    stats = [await stage.vendors[stream.vendor].stats() for stream in STREAMS]
    return sum(one["sender"]["pending"] for one in stats)


async def _is_drained(stage: DemoParts) -> bool:
    try:
        counted = await stage.views.read(CountWork())
    except StoreError:
        return False
    return unfinished(counted) == 0


def unfinished(counted: WorkCount) -> int:
    """Runs that go on by themselves; those behind a held or dead one do not."""
    return sum(f.ready + f.running + f.retrying + f.waiting for f in counted.flows)
