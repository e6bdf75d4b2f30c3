"""Verdict: the history of a campaign comes in; everything that should not have happened goes out.

It reads a history and nothing else, so it can be asked again, about a file, long after the fact.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

LANE_STEPS = ("entry", "invoice")
"""What a run of a lane makes, in this order, before the next one of the lane begins."""
EVERY_STEP = (*LANE_STEPS, "refund")
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Sent:
    """One event, as its sender knows it."""

    id: str
    ref: str
    lane: str
    sent_us: int
    """When the first attempt began."""
    acknowledged_us: int
    """0: nobody ever said that it is stored."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One write, as the vendor applied it."""

    action: str
    ref: str
    key: str
    at: int
    """Place in the order in which the vendor applied its writes."""


@dataclass(frozen=True, slots=True)
class History:
    """What senders, vendors and the store know after everything has come to rest."""

    seed: int
    sent: tuple[Sent, ...]
    effects: tuple[Effect, ...]
    stored: frozenset[str]
    """Identities of the events in the store."""
    runs: Mapping[str, int] = field(default_factory=dict)
    """State → how many."""
    odd: tuple[str, ...] = ()
    """Rows of the store that contradict each other, in words."""

    def keep(self, path: Path) -> None:
        """Write it down."""
        plain = asdict(self) | {"stored": sorted(self.stored)}
        path.write_text(json.dumps(plain), encoding="utf-8")

    @classmethod
    def of(cls, path: Path) -> "History":
        """What ``keep`` wrote."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            plain["seed"],
            tuple(Sent(**each) for each in plain["sent"]),
            tuple(Effect(**each) for each in plain["effects"]),
            frozenset(plain["stored"]),
            plain["runs"],
            tuple(plain["odd"]),
        )


def verdict(history: History) -> list[str]:
    """Everything that is wrong; nothing, after a campaign that went well."""
    found = [
        *_lost(history),
        *_doubled(history.effects),
        *_out_of_turn(history),
        *_of_keys(history.effects),
        *_unfinished(history.runs),
        *history.odd,
    ]
    return [f"seed {history.seed}: {each}" for each in found]


def _lost(history: History) -> Iterator[str]:
    acknowledged = [each for each in history.sent if each.acknowledged_us]
    missing = [each.id for each in acknowledged if each.id not in history.stored]
    if missing:
        yield _told("acknowledged events are not in the store", missing)
    made = {(effect.action, effect.ref) for effect in history.effects}
    for action in EVERY_STEP:
        without = [each.ref for each in acknowledged if (action, each.ref) not in made]
        if without:
            yield _told(f"acknowledged events never became their {action}", without)
    sent = {each.ref for each in history.sent}
    unasked = [effect.ref for effect in history.effects if effect.ref not in sent]
    if unasked:
        yield _told("effects belong to no event", unasked)


def _doubled(effects: Iterable[Effect]) -> Iterator[str]:
    applied = Counter((effect.action, effect.ref) for effect in effects)
    twice = [f"{action} of {ref}" for (action, ref), count in applied.items() if count > 1]
    if twice:
        yield _told("effects were applied twice", twice)
    keys: dict[tuple[str, str], set[str]] = defaultdict(set)
    for effect in effects:
        keys[effect.action, effect.ref].add(effect.key)
    many = [f"{action} of {ref}" for (action, ref), used in keys.items() if len(used) > 1]
    if many:
        yield _told("effects were asked for under two keys", many)


def _out_of_turn(history: History) -> Iterator[str]:
    """An event that was sent after another of its lane was acknowledged comes after it."""
    sent = {each.ref: each for each in history.sent}
    latest: dict[tuple[str, str], Sent] = {}
    wrong = []
    for effect in _in_lanes(history.effects):
        each = sent.get(effect.ref)
        if each is None:
            continue
        place = (effect.action, each.lane)
        before = latest.get(place)
        if before is not None and 0 < each.acknowledged_us < before.sent_us:
            wrong.append(f"{effect.action} of {each.ref} after that of {before.ref}")
        if before is None or each.sent_us > before.sent_us:
            latest[place] = each
    if wrong:
        yield _told("effects were made out of turn", wrong)
    yield from _interleaved(history, sent)


def _interleaved(history: History, sent: Mapping[str, Sent]) -> Iterator[str]:
    """Of one lane, only one run is at work: what it makes stands together."""
    open_: dict[str, str] = {}
    wrong = []
    for effect in _in_lanes(history.effects):
        if effect.ref not in sent:
            continue
        lane = sent[effect.ref].lane
        if effect.action == LANE_STEPS[0]:
            if lane in open_:
                wrong.append(f"{effect.ref} began while {open_[lane]} was at work")
            open_[lane] = effect.ref
        elif open_.get(lane) == effect.ref:
            del open_[lane]
        else:
            wrong.append(f"{effect.ref} ended in the turn of {open_.get(lane, 'nobody')}")
    if wrong:
        yield _told("runs of one lane overlapped", wrong)


def _in_lanes(effects: Iterable[Effect]) -> list[Effect]:
    return sorted((e for e in effects if e.action in LANE_STEPS), key=lambda e: e.at)


def _of_keys(effects: Iterable[Effect]) -> Iterator[str]:
    """One key means one effect."""
    used: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for effect in effects:
        used[effect.key].add((effect.action, effect.ref))
    shared = [key for key, of in used.items() if key and len(of) > 1]
    if shared:
        yield _told("keys stand for several effects", shared)
    if "" in used:
        yield _told("effects were made without a key", sorted(map(str, used[""])))


def _unfinished(runs: Mapping[str, int]) -> Iterator[str]:
    left = {state: count for state, count in runs.items() if state != "done" and count}
    if left:
        yield f"runs did not end well: {left}"


def _told(what: str, which: list[str]) -> str:
    return f"{len(which)} {what}, such as {', '.join(which[:SHOWN])}"


if __name__ == "__main__":
    wrong = verdict(History.of(Path(sys.argv[1])))
    sys.stdout.write("\n".join(wrong or ["nothing is wrong"]) + "\n")
    sys.exit(1 if wrong else 0)
