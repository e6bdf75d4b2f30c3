"""Loops: the book of tenants is read again soon after somebody changed it, and now and then."""

from collections.abc import Iterator

from tieline.features.manifest import Engine, OnPath, ProcessBase, Repeats
from tieline.features.tenants.book import Book
from tieline.features.tenants.model import BookRows, DeclareTenants, EndTenantPauses, ReadBook
from tieline.model.base.ids import Micros
from tieline.pipeline.hooks import PathHooks

LOOK_AGAIN_S = 5.0
"""Another process may have changed something, and its hint was lost."""
COUNT_AGAIN_S = 1.0
"""Where queues are limited, which grow and shrink all the time."""


async def _lifted(base: ProcessBase, question: ReadBook, now_us: Micros) -> BookRows:
    """What the store says once the pauses that have had their time are lifted."""
    said = await base.views.read(question)
    ends = [row.paused_until_us for row in said.rows if row.paused_until_us is not None]
    if not ends or min(ends) > now_us:
        return said
    await base.journal.commit(EndTenantPauses(now_us))
    return await base.views.read(question)


def on_path(base: ProcessBase) -> OnPath:
    """The book, and the loop that keeps it."""
    book = Book(base.hub.tenants)
    names = base.hub.tenants.names

    async def read() -> None:
        question = ReadBook(book.largest_queue)
        before, now_us = book.limits, base.clock.now_us()
        book.keep(await _lifted(base, question, now_us), now_us)
        if book.largest_queue and not question.most:
            await read()
        if book.limits != before:
            for look in looks:
                look()

    async def pass_() -> float:
        await read()
        return COUNT_AGAIN_S if book.largest_queue else LOOK_AGAIN_S

    async def begin() -> None:
        await base.journal.commit(DeclareTenants(names, base.clock.now_us()))
        await read()

    looks = []

    def loops(engine: Engine) -> Iterator[Repeats]:
        looks.append(engine.look)
        yield Repeats("tenants", pass_, role=None, once=False, wake=book.changed, begin=begin)

    return OnPath(PathHooks(on_pauses=(book.changed.set,), tenants=book), loops)
