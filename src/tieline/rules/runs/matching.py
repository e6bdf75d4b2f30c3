"""Matching: the steps that a run remembers, and a use of their name, come in; which it is goes out.

A use without a key of the author's is known by its number, and a release may put others before it.
So what the step was asked for decides first, and its place only where nothing speaks against it.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from tieline.model.runs.run import StepRecord, StepState
from tieline.rules.runs.doubt import is_asked_about, open_since

ANY = "*"
"""The fingerprint of a step that a person declared done, whatever its arguments."""
_FOLLOWER = re.compile(r"~[0-9a-f]{12}(\.[0-9]+)?$")
"""What tells a step with other arguments from the one whose key it has."""
_NUMBER = re.compile(r"(?:^|/)#([0-9]+)$")


class StepMatch(NamedTuple):
    """Which remembered step a use is, or the key of a new one."""

    key: str
    is_sure: bool = True
    """Whether no other use can be it. Else it ended, with other arguments: a person, or the flow's
    drift policy, says whether it is this use."""
    is_in_place: bool = True
    """Whether it has the number that this use has now."""


def match(
    remembered: Mapping[str, StepRecord], taken: Collection[str], place: str, fingerprint: str
) -> StepMatch:
    """Which of *remembered* (by key) the use at *place* with *fingerprint* is.

    Of those that nobody has *taken*, in this order: the one with the same arguments; one that a
    person declared done; one that may have been made and has no end, whatever its arguments; one
    that is to be tried again; one that ended, at the same place before elsewhere; else a new one.
    """
    free = [one for key, one in remembered.items() if key not in taken]
    if free:
        free.sort(key=lambda one: (base_of(one.key) != place, number_of(one.key), one.key))
        for is_it in _SURE:
            found = next((one for one in _standing(free) if is_it(one, fingerprint)), None)
            if found is not None:
                return StepMatch(found.key)
        ended = next((one for one in _standing(free) if not is_asked_about(one)), None)
        if ended is not None:
            return StepMatch(ended.key, is_sure=False, is_in_place=base_of(ended.key) == place)
    return StepMatch(_new(remembered, taken, place))


_SURE: tuple[Callable[[StepRecord, str], bool], ...] = (
    lambda one, fingerprint: one.fingerprint == fingerprint,
    lambda one, _: one.fingerprint == ANY,
    lambda one, _: open_since(one) is not None,
    lambda one, _: one.state is StepState.FAILED,
)


def _standing(free: list[StepRecord]) -> list[StepRecord]:
    """Without those that were given up for another one that followed."""
    followers = [one for one in free if one.key != base_of(one.key)]
    live = {base_of(one.key) for one in followers if not _is_given_up(one)}
    return [one for one in free if not (_is_given_up(one) and base_of(one.key) in live)]


def _is_given_up(one: StepRecord) -> bool:
    """Refused, or left to be tried again by a person: other arguments make it another step."""
    is_tried_again = one.state is StepState.FAILED and one.result is not None
    return one.state is StepState.REFUSED or is_tried_again


def another(base: str, fingerprint: str, known: Collection[str]) -> str:
    """The key of a step with other arguments than the one under *base*; none of *known*."""
    key = wanted = f"{base}~{fingerprint[:12]}"
    number = 1
    while key in known:
        number += 1
        key = f"{wanted}.{number}"
    return key


def family(
    records: Iterable[StepRecord], key: str | None, within: str = ""
) -> dict[str, StepRecord]:
    """Those that a use with the author's *key* may be, or (None) one that goes by its number.

    *within*: what the keys of steps begin with that are asked for within another one.
    """
    if key is not None:
        return {one.key: one for one in records if key in {one.key, base_of(one.key)}}
    first = within + "#"
    return {one.key: one for one in records if one.key.startswith(first) and number_of(one.key)}


def base_of(key: str) -> str:
    """The key of the step that the one under *key* followed, or is."""
    return _FOLLOWER.sub("", key) if "~" in key else key


def number_of(key: str) -> int:
    """The number in the key of a step that the author gave none; else 0."""
    found = _NUMBER.search(base_of(key))
    return 0 if found is None else int(found[1])


def _new(remembered: Mapping[str, StepRecord], taken: Collection[str], place: str) -> str:
    """Its place, if that is free or the author's key; else the lowest number that is."""
    if number_of(place) == 0:
        return place
    key, number, within = place, 0, place.rpartition("#")[0]
    while key in remembered or key in taken:
        number += 1
        key = f"{within}#{number}"
    return key
