"""Wiring of the watch over the loop: who blocks a process is told while it does."""

import asyncio
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import tieline
from tieline.adapters.system.loop_watch import LoopWatch, Task
from tieline.compose.parts import Parts
from tieline.model.fleet.presence import KeepBlocked
from tieline.model.runs.facts import LoopBlocked, StoreTrouble
from tieline.rules.fleet.blocked import (
    FIRST_S,
    BlockedBy,
    OpenCall,
    author_place,
    blocked_words,
    is_worth_telling,
)

NOTE_S = 5.0
"""How long the watch waits for the store: the log knows already."""
OTHERS = (
    str(Path(tieline.__file__).parent),
    *(sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")),
)
"""Where lines are that no author of a flow has written."""


@contextmanager
def watched(parts: Parts) -> Iterator[None]:
    """Who keeps the loop of this process from turning is told, in the log and in the store."""

    def tell(task: Task | None, stack: list[OpenCall], still_s: float) -> None:
        claimed = None if task is None else parts.back.executed_by(task)
        flow, run_id = (None, None) if claimed is None else (claimed.flow, claimed.id)
        by = BlockedBy(flow, run_id, author_place(stack, OTHERS))
        if not is_worth_telling(by, still_s):
            return
        words = blocked_words(by, still_s)
        parts.observer.saw(LoopBlocked(words, flow, run_id))
        note = KeepBlocked(parts.back.worker, parts.clock.now_us(), words, flow)
        try:
            asyncio.run(asyncio.wait_for(parts.store.beside(note), NOTE_S))
        except Exception as error:  # noqa: BLE001 - the log knows; nothing else depends on it
            parts.observer.saw(StoreTrouble(f"{type(error).__name__}: {error}"))

    watch = LoopWatch(tell, FIRST_S)
    watch.start()
    try:
        yield
    finally:
        watch.stop()
