"""Fairness: ready work of many tenants and flows goes in; how much of each is served comes out."""

from collections.abc import Mapping, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple


class Group(NamedTuple):
    """Ready runs that are alike to the scheduler."""

    priority: int
    tenant: str
    flow: str


class Share(NamedTuple):
    """How many runs of a group to claim, at most."""

    priority: int
    tenant: str
    flow: str
    limit: int


def share(
    groups: Sequence[Group], *, limit: int, room: Mapping[str, int], turn: int
) -> list[Share]:
    """Give *limit* places to *groups*: strictly by priority, then tenants in turn, each alike.

    Round-robin with equal weights, which for runs of unit cost is deficit round-robin with a
    quantum of one (Shreedhar and Varghese, 1996). No flow gets more than its *room*.
    """
    left = limit
    room_left = dict(room)
    shares: list[Share] = []
    for _, of_priority in groupby(sorted(groups), key=lambda group: group.priority):
        if left <= 0:
            break
        granted = _in_turn(_rotate(list(of_priority), turn), left, room_left)
        left -= sum(granted.values())
        shares.extend(Share(*group, count) for group, count in granted.items())
    return shares


def _rotate(groups: list[Group], turn: int) -> list[list[Group]]:
    """The groups by tenant, beginning with another tenant at every turn."""
    tenants = [list(own) for _, own in groupby(groups, key=lambda group: group.tenant)]
    start = turn % len(tenants)
    return tenants[start:] + tenants[:start]


def _in_turn(tenants: list[list[Group]], limit: int, room_left: dict[str, int]) -> dict[Group, int]:
    """Even shares over tenants, then over a tenant's flows; what one cannot use, others get."""
    granted: dict[Group, int] = {}
    while limit > 0 and (
        able := [group for group in _interleave(tenants) if room_left.get(group.flow, 0) > 0]
    ):
        quantum = max(1, limit // len(able))
        for group in able:
            count = min(quantum, limit, room_left[group.flow])
            granted[group] = granted.get(group, 0) + count
            room_left[group.flow] -= count
            limit -= count
    return {group: count for group, count in granted.items() if count > 0}


def _interleave(tenants: list[list[Group]]) -> list[Group]:
    """The first group of every tenant, then the second of every tenant, and so on."""
    return [group for nth in zip_longest(*tenants) for group in nth if group is not None]
