"""Loops: issues that are over resolve by themselves, and mutes end when their time has come."""

from collections.abc import Iterator

from tieline.features.issues.model import TendIssues
from tieline.features.manifest import Engine, Repeats
from tieline.model.views.series import HOUR_US

TEND_S = 600.0
QUIET_US = 24 * HOUR_US
"""An issue that has not failed for so long, and has nothing left to decide, is over."""


def loops(engine: Engine) -> Iterator[Repeats]:
    """One, done by one process at a time."""

    async def tend() -> float:
        now_us = engine.clock.now_us()
        command = TendIssues(now_us, now_us - QUIET_US)
        resolved = await engine.journal.commit(command)
        return 0.0 if resolved.count >= command.limit else TEND_S

    yield Repeats("issues", tend)
