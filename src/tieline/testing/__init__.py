"""Testing: a hub's flows in a test, without an engine (``plain``) or with the real one.

async with tieline.testing.plain(hub, answers={"books": books}) as run:
    await post_invoice(InvoicePaid(...), run)

async with tieline.testing.engine(hub, answers={"books": books}) as run:
    done = await run(post_invoice, InvoicePaid(...))
"""

from tieline.testing.engine import EngineRun, ExecutedRun, engine
from tieline.testing.plain import Answers, PlainRun, PlainStartedRun, answer, plain

__all__ = [
    "Answers",
    "EngineRun",
    "ExecutedRun",
    "PlainRun",
    "PlainStartedRun",
    "answer",
    "engine",
    "plain",
]
