"""StepParts: what the steps of every run work with, in one value."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from tieline.model.base.errors import SettingsError, StoreClosed
from tieline.model.question import Question
from tieline.pipeline.local_hints import LocalHints
from tieline.pipeline.steps.threads import StepThreads
from tieline.ports.caller import Caller
from tieline.ports.clock import Clock
from tieline.ports.crash_points import Reach, go_on
from tieline.ports.guarded import Guarded
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.observer import NOBODY, Observer
from tieline.rules.privacy.exchange import ONLY_FAILURES, ExchangePolicy
from tieline.rules.runs.event_waits import EventKeys

R = TypeVar("R")


class Read(Protocol):
    """Asks the store."""

    async def __call__(self, question: Question[R], /) -> R:
        """Answers *question*."""
        ...


async def nothing_read(question: Question[R], /) -> R:
    """Where there is no store."""
    raise StoreClosed(f"{type(question).__name__} needs a store")


def nothing_startable(flow: Callable[..., Any] | str) -> tuple[str, str]:
    """Where there is no hub."""
    raise SettingsError("flow", flow, "there is no hub that has it")


@dataclass(frozen=True, slots=True)
class StepParts:
    """What steps work with."""

    journal: Journal
    clock: Clock
    ids: Ids
    guarded: Guarded
    outside: Caller
    """Carries out the calls of a ``confirm``: guarded, but not remembered."""
    reach: Reach = go_on
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)
    """Kept, since asking for it is a system call on Python 3.11."""
    signals: LocalHints = field(default_factory=LocalHints)
    may_start_effects: Callable[[], bool] = lambda: True
    """False once this worker could not renew its lease: somebody else may own its runs."""
    observer: Observer = NOBODY
    keeping: ExchangePolicy = ONLY_FAILURES
    """Which requests and answers are kept for people."""
    clean: Callable[[str], str] = str
    """Takes the known secrets out of a text."""
    read: Read = nothing_read
    """Answers questions from the store."""
    startable: Callable[[Callable[..., Any] | str], tuple[str, str]] = nothing_startable
    """The name of a flow that may be started, and the type of its event. Raises SettingsError."""
    threads: StepThreads = field(default_factory=StepThreads)
    """Where plain functions of steps are executed."""
    event_keys: Mapping[str, EventKeys] = field(default_factory=dict)
    """What events are called by for which flows wait, by their type."""
