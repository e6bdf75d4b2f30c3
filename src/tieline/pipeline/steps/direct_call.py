"""Direct call: a call outside any run; guarded and sent, its answer is not remembered."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from tieline.model.base.errors import CallFailed, CallRefused
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Call, HttpAnswer
from tieline.model.calls.outcome import (
    CredentialRefused,
    InDoubt,
    ProviderRefused,
    Succeeded,
    TryAgain,
)
from tieline.model.hub.connection import ConnectionSpec
from tieline.ports.caller import Caller
from tieline.ports.clock import Clock
from tieline.ports.guarded import Guarded, Sending
from tieline.ports.ids import Ids
from tieline.rules.privacy.naming import told_path
from tieline.rules.runs.effects import effect_of

LONGEST_WAIT_US = 60_000_000


class DirectCaller:
    """Carries out calls of scripts, tests and look-ups: the same guards, one try, no memory."""

    def __init__(self, guarded: Guarded, clock: Clock, ids: Ids) -> None:
        self._guarded = guarded
        self._clock = clock
        self._ids = ids

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        """Send *call* once. Raises CallRefused, or CallFailed when a repeat might help."""
        await self._wait_for_permit(connection)
        effect = effect_of(connection.connector, call)
        key = call.key or str(self._ids.run())
        sending = Sending(effect, key, correlation=key, traceparent=None)
        tried = await self._guarded.send(connection, call, sending)
        match tried.verdict:
            case Succeeded() if tried.answer is not None:
                return tried.answer
            case ProviderRefused(kind=kind, reason=reason):
                raise CallRefused(kind, reason, tried.status)
            case TryAgain(kind=kind, reason=reason) | InDoubt(kind=kind, reason=reason):
                raise CallFailed(kind, Delivered.MAYBE, reason)
            case CredentialRefused(reason=reason) as verdict:
                raise CallFailed(verdict.kind, Delivered.YES, reason)
            case _:
                raise AssertionError("a try succeeded without an answer")

    async def _wait_for_permit(self, connection: ConnectionSpec) -> None:
        while (no := await self._guarded.permit(connection, repeat=False)) is not None:
            wait_us = (no.until_us or 0) - self._clock.now_us()
            if no.until_us is None or wait_us > LONGEST_WAIT_US:
                raise CallFailed(
                    FailureKind.UNAVAILABLE, Delivered.NO, f"{connection.name}: {no.reason}"
                )
            await asyncio.sleep(max(wait_us, 10_000) / 1e6)


class RedactedCaller:
    """Passes the calls of a run's look-ups on, named without what must not be told of the run."""

    def __init__(self, inner: Caller, clean: Callable[[str], str]) -> None:
        self._inner = inner
        self._clean = clean

    async def call(self, connection: ConnectionSpec, call: Call) -> HttpAnswer:
        """Carry out *call*, as the inner caller does."""
        return await self._inner.call(connection, discreetly(call, self._clean))


def discreetly(call: Call, clean: Callable[[str], str]) -> Call:
    """*call*, named by what may be told of its path."""
    named = call.named
    told = told_path(named, clean)
    return call if told == named else replace(call, place=told)
