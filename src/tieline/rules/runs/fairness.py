"""Fairness: ready work of many tenants and flows goes in; how much of each is served comes out.

Strictly by priority; within one, tenants in turn and each alike, then a tenant's flows likewise:
places are dealt like cards, which for runs of unit cost is deficit round-robin with a quantum of
one (Shreedhar and Varghese, 1996). Whoever got nothing comes first the next time.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from tieline.model.base.value import value


class ReadyRuns(NamedTuple):
    """Ready runs that are alike to the scheduler."""

    priority: int
    tenant: str
    flow: str


class ClaimLimit(NamedTuple):
    """How many runs of a group to claim, at most."""

    priority: int
    tenant: str
    flow: str
    limit: int


Hand = tuple[int, str]
"""(priority, tenant): what places are dealt to."""


@value
class Turns:
    """Whose turn it is; by name, so that it holds whoever comes or goes meanwhile."""

    tenant: str
    """Dealt to first: the tenant of this name, or of the next greater one."""
    flows: Mapping[Hand, str]
    """The same for the flows of each hand that has several."""


FIRST_TURNS = Turns("", {})


@value
class ClaimLimits:
    """The shares, and the turns of the next deal (``flows``: only those that were looked at)."""

    shares: tuple[ClaimLimit, ...]
    turns: Turns


class OpenClaims(NamedTuple):
    """What is left while places are dealt out."""

    flows: dict[str, int]
    tenants: dict[str, int]
    """Of those that have a limit."""

    def take(self, group: ReadyRuns) -> bool:
        """Take one place for *group*; False takes none."""
        of_tenant = self.tenants.get(group.tenant)
        if self.flows.get(group.flow, 0) < 1 or (of_tenant is not None and of_tenant < 1):
            return False
        self.flows[group.flow] -= 1
        if of_tenant is not None:
            self.tenants[group.tenant] = of_tenant - 1
        return True


NO_TENANT_ROOM: Mapping[str, int] = {}


def deal(
    groups: Iterable[ReadyRuns],
    *,
    limit: int,
    room: Mapping[str, int],
    turns: Turns,
    tenant_room: Mapping[str, int] = NO_TENANT_ROOM,
) -> ClaimLimits:
    """Give *limit* places to *groups*. No flow gets more than its *room*, and no tenant more than
    its *tenant_room*, if it has one."""
    left = limit
    room_left = OpenClaims(dict(room), dict(tenant_room))
    granted: Counter[ReadyRuns] = Counter()
    tenant = turns.tenant
    flows: dict[Hand, str] = {}
    for _, of_priority in groupby(sorted(groups), key=lambda group: group.priority):
        if left <= 0:
            break
        hands = _hands(of_priority, turns)
        here = _deal_out(hands, left, room_left)
        left -= here.total()
        granted += here
        tenant = _next([hand[0].tenant for hand in hands], {group.tenant for group in here})
        flows |= _next_flows(hands, here)
    shares = tuple(ClaimLimit(*group, count) for group, count in granted.items())
    return ClaimLimits(shares, Turns(tenant, flows))


def _hands(groups: Iterable[ReadyRuns], turns: Turns) -> list[list[ReadyRuns]]:
    """The groups by tenant; tenants, and the flows of each, begin with whose turn it is."""
    hands = [list(own) for _, own in groupby(groups, key=lambda group: group.tenant)]
    hands.sort(key=lambda hand: hand[0].tenant < turns.tenant)
    for hand in hands:
        first = turns.flows.get(hand[0][:2], "")
        hand.sort(key=lambda group: group.flow < first)
    return hands


def _deal_out(
    hands: Sequence[Sequence[ReadyRuns]], places: int, room_left: OpenClaims
) -> Counter[ReadyRuns]:
    """One place to each hand in turn, in each hand to one flow after the other."""
    granted: Counter[ReadyRuns] = Counter()
    waiting = deque(deque(hand) for hand in hands)
    while places > 0 and waiting:
        hand = waiting[0]
        if room_left.take(hand[0]):
            granted[hand[0]] += 1
            places -= 1
            hand.rotate(-1)
            waiting.rotate(-1)
        else:
            hand.popleft()
            if not hand:
                waiting.popleft()
    return granted


def _next_flows(
    hands: Iterable[Sequence[ReadyRuns]], granted: Counter[ReadyRuns]
) -> dict[Hand, str]:
    flows: dict[Hand, str] = {}
    for hand in hands:
        served = {group.flow for group in hand if group in granted}
        if served and len(hand) > 1:
            flows[hand[0][:2]] = _next([group.flow for group in hand], served)
    return flows


def _next(order: Sequence[str], served: Iterable[str]) -> str:
    """Whose turn comes after the first one's: of the others, the first who got nothing."""
    later = (name for name in order[1:] if name not in served)
    return next(later, order[1 % len(order)])
