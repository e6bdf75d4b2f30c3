"""TallyObserver: facts come in and are added up; every few seconds the counts go out, as a command.

One addition in memory a fact; the store is written once for all that happened meanwhile.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tieline.model.base.ids import Micros
from tieline.model.commands import DeliveryTime, KeepTally, TallyRow
from tieline.model.inbound.receipt import CHANGED, COUNTED_APART, LIMITED, Verdict, is_changed
from tieline.model.runs.facts import CallTried, Fact, Received, RunSettled
from tieline.model.runs.run import RunState
from tieline.model.views.series import HOUR_US, MINUTE_US
from tieline.ports.observer import Observer
from tieline.rules.runs.failure import UNKNOWN_SOURCE
from tieline.rules.watch.latency import PREFIX, bucket_of

MOST_KEYS = 20_000
"""Counts that are held when the store cannot take them; what is new beyond that is not counted."""

_Key = tuple[str, str, str]
"""(kind, name, word)."""


class TallyObserver:
    """Counts what happens by minute, and passes every fact on to another observer."""

    def __init__(
        self, now_us: Callable[[], Micros], behind: Observer, sources: Iterable[str]
    ) -> None:
        self._now_us = now_us
        self._behind = behind
        self._sources = frozenset(sources)
        self._minutes: dict[Micros, dict[_Key, int]] = {}
        self._heard: dict[str, list[int]] = {}
        """By source: first, last, how often."""
        self._handlers: dict[type, Callable[[Any], None]] = {
            Received: self._received,
            RunSettled: self._settled,
            CallTried: self._tried,
        }

    def saw(self, fact: Fact) -> None:
        handler = self._handlers.get(type(fact))
        if handler is not None:
            handler(fact)
        self._behind.saw(fact)

    def take(self) -> KeepTally | None:
        """All that was counted, to be stored; None: nothing was."""
        if not self._minutes and not self._heard:
            return None
        minutes, self._minutes = self._minutes, {}
        heard, self._heard = self._heard, {}
        sums: dict[TallyRow, int] = {}
        for row in _rows(minutes):
            place = row._replace(number=0)
            sums[place] = sums.get(place, 0) + row.number
        rows = tuple(place._replace(number=number) for place, number in sums.items())
        return KeepTally(rows, tuple(DeliveryTime(name, *times) for name, times in heard.items()))

    def put_back(self, command: KeepTally) -> None:
        """The store could not take it: it is counted with what comes."""
        for row in command.rows:
            if row.step_us == MINUTE_US and row.kind != "all":
                self._add(row.at_us, (row.kind, row.name, row.word), row.number)
        for heard in command.heard:
            self._hear(*heard)

    # --- one fact -------------------------------------------------------------------------------

    def _received(self, fact: Received) -> None:
        if not fact.source:
            return  # closed without an answer: it was for no source
        at_us = fact.at_us or self._now_us()
        name = fact.source if fact.source in self._sources else UNKNOWN_SOURCE
        self._add(at_us, ("source", name, fact.verdict))
        if fact.reason == LIMITED:
            self._add(at_us, ("source", name, LIMITED))
        elif is_changed(fact.reason):
            self._add(at_us, ("source", name, CHANGED))
        if fact.verdict is not Verdict.REFUSED and fact.verdict is not Verdict.CHALLENGE:
            self._hear(name, at_us, at_us, 1)

    def _settled(self, fact: RunSettled) -> None:
        at_us = fact.at_us or self._now_us()
        self._add(at_us, ("flow", fact.flow, fact.state))
        if fact.state is RunState.DONE:
            self._add(at_us, ("flow", fact.flow, bucket_of(fact.took_us)))

    def _tried(self, fact: CallTried) -> None:
        at_us = fact.at_us or self._now_us()
        self._add(at_us, ("connection", fact.connection, fact.outcome))
        self._add(at_us, ("connection", fact.connection, bucket_of(fact.took_us)))

    def _add(self, at_us: Micros, key: _Key, number: int = 1) -> None:
        minute = at_us - at_us % MINUTE_US
        counts = self._minutes.get(minute)
        if counts is None:
            counts = self._minutes[minute] = {}
        known = counts.get(key)
        if known is not None:
            counts[key] = known + number
        elif len(counts) < MOST_KEYS and len(self._minutes) <= 2 * 60:
            counts[key] = number

    def _hear(self, source: str, first_us: Micros, last_us: Micros, times: int) -> None:
        known = self._heard.get(source)
        if known is None:
            self._heard[source] = [first_us, last_us, times]
            return
        known[0] = min(known[0], first_us)
        known[1] = max(known[1], last_us)
        known[2] += times


def _rows(minutes: dict[Micros, dict[_Key, int]]) -> Iterator[TallyRow]:
    for minute, counts in minutes.items():
        hour = minute - minute % HOUR_US
        for (kind, name, word), number in counts.items():
            yield TallyRow(kind, name, MINUTE_US, minute, str(word), number)
            yield TallyRow(kind, name, HOUR_US, hour, str(word), number)
            for summed in _in_all(kind, str(word)):
                yield TallyRow("all", "", MINUTE_US, minute, summed, number)
                yield TallyRow("all", "", HOUR_US, hour, summed, number)


def _in_all(kind: str, word: str) -> Iterator[str]:
    """What it adds to the sums over everything."""
    if word in COUNTED_APART:
        return  # it counts among the refused, or those in quarantine, already
    if kind != "connection":
        yield word
    elif not word.startswith(PREFIX):
        yield "tries"
        if word != "done":
            yield "tries-failed"
