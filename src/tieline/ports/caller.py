"""Caller: a connection's call goes in; whoever carries it out here gives its answer."""

from contextvars import ContextVar
from typing import Protocol

from tieline.model.base.value import value
from tieline.model.calls.call import Call, HttpAnswer
from tieline.model.hub.connection import ConnectionSpec


class Caller(Protocol):
    """The role of carrying out a call: inside a run it is a step, outside it is only guarded."""

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        """Carry out *call*. Raises CallFailed (or CallRefused) when there is no usable answer."""
        ...


@value
class ProbeEnd:
    """How the other side answered when it was asked past all guards."""

    outcome: str
    """As of an attempt: ``done``, or the kind of failure."""
    status: int | None
    took_us: int
    detail: str | None


class Prober(Protocol):
    """The role of asking a connection's other side because a person says so."""

    async def probe(self, connection: ConnectionSpec, path: str) -> ProbeEnd:
        """One GET that waits for no guard; a sign of life lets what waits go on."""
        ...


CURRENT: ContextVar[Caller | None] = ContextVar("tieline-caller", default=None)
"""Set by the engine around a flow, and by ``tieline.testing`` around a test."""

STEP_SPAN: ContextVar[str | None] = ContextVar("tieline-step-span", default=None)
"""The span of the author's step that is under way: what it does hangs on it."""
