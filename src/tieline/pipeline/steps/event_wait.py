"""EventWait: a flow asks for an event that may not have come; its payload, or a stop, goes out."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson

from tieline.model.base.errors import WaitTimeout
from tieline.model.base.ids import EventId, Micros
from tieline.model.base.reason_text import storable
from tieline.model.base.wait_limit import wait_of
from tieline.model.calls.call import Effect
from tieline.model.inbound.event import Reference
from tieline.model.runs.run import Dead, Waiting
from tieline.model.runs.waits import EventWait, Waits, waits_for_event
from tieline.model.views.views import ReadEventWait
from tieline.pipeline.steps.step import Step
from tieline.pipeline.steps.steps import Steps
from tieline.ports.sealer import is_sealed
from tieline.rules.formats.json_limits import ADMITTED, parse
from tieline.rules.formats.plain_time import short
from tieline.rules.privacy.hidden_key import hidden_key
from tieline.rules.privacy.sensitive import values_of
from tieline.rules.runs.event_waits import EventKeys
from tieline.rules.runs.recall import StepDecision

MICROSECOND = timedelta(microseconds=1)
MARGIN_US = 2_000_000
"""An event of so shortly before the run's own counts: the clocks of two processes may differ."""
SOONEST_US = 60_000_000
LATEST_US = 3_600_000_000
"""How long a run trusts that it is woken before it looks by itself, at least and at most: an older
release beside this one wakes nobody, and two commits of a server may miss each other."""
LONGEST_KEY = 255
TOO_LATE = "too late"
"""Stands in the memory of a run for the id of the event that did not come."""


def look_again_us(since_us: Micros, now_us: Micros) -> Micros:
    """When a wait that began then is looked at again: the longer it lasts, the rarer."""
    return now_us + min(max(now_us - since_us, SOONEST_US), LATEST_US)


class EventWaits:
    """The waits for events of one execution of one run."""

    def __init__(self, steps: Steps, hide: Callable[[tuple[str, ...]], None]) -> None:
        """*hide* is told values that must not be told of this run from here on."""
        self._steps = steps
        self._hide = hide
        self._last: dict[tuple[str, str], tuple[Micros, EventId]] = {}
        """The event that ended the last wait of a type and key: the next one is for a later one."""

    async def wait(self, type_: str, key: object, within: timedelta | None) -> Any:
        """The payload of the first event of *type_* that carries *key*. Raises WaitTimeout, or Stop
        to wait."""
        if within is not None:
            wait_of("within", within)
        steps, text = self._steps, storable(str(key))[:LONGEST_KEY]
        keys = steps.parts.event_keys.get(type_)
        if keys is None or not keys.kinds:
            raise steps.stop(Dead("nothing-to-wait-for", _why_not(type_, keys)))
        shown = _shown(text, keys, steps)
        # Also beside a stop: parallel waits begin together, so that none delays the other.
        begun = steps.look_up(f"wait for {type_}", None, Effect.READ, shown)
        ended = steps.look_up(f"event {type_}", None, Effect.READ, shown)
        if begun.result is None:
            until_us = None if within is None else begun.started_us + within // MICROSECOND
            steps.done(begun, orjson.dumps(until_us))
        else:
            until_us = orjson.loads(begun.result)
        wait = self._wait(type_, text, keys)
        met = self._known(ended)
        if met is None:
            met = await self._looked(ended, wait, until_us)
        if met == TOO_LATE:
            raise WaitTimeout(f"{type_} with key {shown}", within)
        if met is not None:
            payload = await self._payload(wait, (type_, text), EventId(met))
            self._hide(values_of(payload, keys.sensitive))
            return payload
        raise steps.stop(self._put_down(begun, wait, waits_for_event(type_, shown), until_us))

    def _known(self, ended: Step) -> str | None:
        """What ended the wait in an earlier execution: an event, or that it was too late."""
        if ended.known is not None and self._steps.decide(ended) is StepDecision.DRIFT:
            raise self._steps.drifted(ended)
        return None if ended.result is None else str(orjson.loads(ended.result))

    async def _looked(self, ended: Step, wait: EventWait, until_us: Micros | None) -> str | None:
        """What ends it now."""
        found = await self._steps.parts.read(ReadEventWait(wait))
        met: str | None = None if found is None else found.event.id
        if met is None and until_us is not None and self._steps.parts.clock.now_us() >= until_us:
            met = TOO_LATE
        if met is not None:
            self._steps.done(ended, orjson.dumps(met))
        return met

    def _wait(self, type_: str, text: str, keys: EventKeys) -> EventWait:
        event, tenant = self._steps.claimed.event, self._steps.claimed.tenant
        name = hidden_key(text) if keys.is_hidden else text
        names = tuple(Reference(kind, name) for kind in keys.kinds)
        since_us, after = self._last.get((type_, text), (event.recorded_us - MARGIN_US, ""))
        return EventWait(tenant, type_, names, since_us, event.id, after)

    def _put_down(
        self, begun: Step, wait: EventWait, on: Waits, until_us: Micros | None
    ) -> Waiting:
        since_us = begun.started_us if begun.known is None else begun.known.started_us
        look_us = look_again_us(since_us, self._steps.parts.clock.now_us())
        if until_us is None:
            return Waiting(look_us, on, "however long it takes", wait)
        longest = f"until {short(until_us)} UTC at the longest"
        return Waiting(min(look_us, until_us), on, longest, wait)

    async def _payload(self, wait: EventWait, of: tuple[str, str], met: EventId) -> Any:
        """Read again at each execution: what is remembered of it is its id, which tells nothing."""
        found = await self._steps.parts.read(ReadEventWait(wait, met))
        data = None
        if found is not None:
            self._last[of] = (found.event.recorded_us, met)
            data = found.body if found.event.data is None else found.event.data
        if data is None:
            reason = f"the payload of {met}, which ended its wait, has been purged by retention"
            raise self._steps.stop(Dead("payload-purged", reason))
        if is_sealed(data):
            reason = f"the payload of {met} is sealed and the vault lacks its key 'sealing'"
            raise self._steps.stop(Dead("payload-sealed", reason))
        return parse(data, ADMITTED)


def _shown(text: str, keys: EventKeys, steps: Steps) -> str:
    """The key as it is stored and told, and as the events that carry it say it."""
    is_hidden = keys.is_hidden or steps.clean(text) != text
    return hidden_key(text) if is_hidden else text


def _why_not(type_: str, keys: EventKeys | None) -> str:
    if keys is None:
        return (
            f"it waits for {type_!r}, which its hub does not see: write the type as a text in the "
            "flow, or in a function of its module that it calls, beside run.wait_for"
        )
    return (
        f"it waits for {type_!r} by a key, and no flow of its hub takes events of that type with a "
        "contract that has a key; declare one"
    )
