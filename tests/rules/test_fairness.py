"""Fairness: laws that hold for any ready work, any room and any turn."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.runs.fairness import FIRST_TURNS, ClaimLimit, ClaimLimits, ReadyRuns, Turns, deal

TENANTS = ["", "a", "b", "c", "d", "e"]
FLOWS = ["f", "g", "h", "i"]

any_group = st.builds(
    ReadyRuns, st.integers(0, 3), st.sampled_from(TENANTS), st.sampled_from(FLOWS)
)
any_groups = st.lists(any_group, unique=True, max_size=30)
any_room = st.dictionaries(st.sampled_from(FLOWS), st.integers(0, 9))
any_turns = st.builds(
    Turns,
    st.sampled_from([*TENANTS, "bb", "z"]),
    st.dictionaries(
        st.tuples(st.integers(0, 3), st.sampled_from(TENANTS)), st.sampled_from([*FLOWS, "gg"])
    ),
)


def of_tenants(dealt: ClaimLimits) -> Counter[str]:
    places: Counter[str] = Counter()
    for share in dealt.shares:
        places[share.tenant] += share.limit
    return places


@given(any_groups, st.integers(0, 40), any_room, any_turns)
def test_neither_limit_nor_room_is_exceeded_and_nothing_is_made_up(
    groups: list[ReadyRuns], limit: int, room: dict[str, int], turns: Turns
) -> None:
    shares = deal(groups, limit=limit, room=room, turns=turns).shares

    assert sum(share.limit for share in shares) <= limit
    for flow in FLOWS:
        assert sum(s.limit for s in shares if s.flow == flow) <= room.get(flow, 0)
    assert all(share.limit > 0 for share in shares)
    named = [share[:3] for share in shares]
    assert len(named) == len(set(named))
    assert set(named) <= {tuple(group) for group in groups}


@given(any_groups, st.integers(0, 40), any_room, any_turns)
def test_no_place_is_left_empty_that_somebody_could_use(
    groups: list[ReadyRuns], limit: int, room: dict[str, int], turns: Turns
) -> None:
    shares = deal(groups, limit=limit, room=room, turns=turns).shares

    usable = sum(room.get(flow, 0) for flow in {group.flow for group in groups})
    assert sum(share.limit for share in shares) == min(limit, usable)


@given(any_groups, st.integers(0, 40), any_room, any_turns)
def test_less_urgent_work_changes_nothing_for_more_urgent_work(
    groups: list[ReadyRuns], limit: int, room: dict[str, int], turns: Turns
) -> None:
    urgent = [group for group in groups if group.priority == 0]

    alone = deal(urgent, limit=limit, room=room, turns=turns).shares
    among = deal(groups, limit=limit, room=room, turns=turns).shares

    assert tuple(share for share in among if share.priority == 0) == alone


@given(
    st.permutations([ReadyRuns(p, t, f) for p in (0, 5) for t in TENANTS for f in FLOWS]), any_turns
)
def test_the_order_in_which_work_is_listed_does_not_matter(
    groups: list[ReadyRuns], turns: Turns
) -> None:
    room = dict.fromkeys(FLOWS, 3)

    assert deal(groups, limit=9, room=room, turns=turns) == deal(
        sorted(groups), limit=9, room=room, turns=turns
    )


@given(
    st.dictionaries(st.sampled_from(TENANTS), st.integers(1, 4), min_size=1),
    st.integers(1, 60),
    any_turns,
)
def test_tenants_get_alike_whatever_number_of_flows_they_have(
    flows_of: dict[str, int], limit: int, turns: Turns
) -> None:
    groups = [
        ReadyRuns(5, tenant, FLOWS[n]) for tenant, count in flows_of.items() for n in range(count)
    ]

    places = of_tenants(deal(groups, limit=limit, room=dict.fromkeys(FLOWS, 1_000), turns=turns))

    counts = [places[tenant] for tenant in flows_of]
    assert max(counts) - min(counts) <= 1


@given(st.integers(1, 4), st.integers(1, 60), any_turns)
def test_the_flows_of_a_tenant_get_alike(count: int, limit: int, turns: Turns) -> None:
    groups = [ReadyRuns(5, "a", flow) for flow in FLOWS[:count]]

    shares = deal(groups, limit=limit, room=dict.fromkeys(FLOWS, 1_000), turns=turns).shares

    counts = [next((s.limit for s in shares if s.flow == flow), 0) for flow in FLOWS[:count]]
    assert max(counts) - min(counts) <= 1


class Claims:
    """Claims one after the other on work that never runs out."""

    def __init__(self, groups: Sequence[ReadyRuns], turns: Turns = FIRST_TURNS) -> None:
        self.groups = groups
        self.turns = turns
        self._flows: dict[tuple[int, str], str] = dict(turns.flows)

    def next(
        self, limit: int, room: Mapping[str, int], looked_at: int = 500
    ) -> tuple[ClaimLimit, ...]:
        """As the store does it: only so many groups are looked at, from whose turn it is."""
        first = self.turns.tenant
        order = sorted(self.groups, key=lambda g: (g.priority, g.tenant < first, g.tenant, g.flow))
        seen = [group for group in order if room.get(group.flow, 0) > 0][:looked_at]
        dealt = deal(seen, limit=limit, room=room, turns=self.turns)
        self._flows |= dealt.turns.flows
        self.turns = Turns(dealt.turns.tenant, self._flows)
        return dealt.shares


@given(
    st.sets(st.sampled_from(TENANTS), min_size=1),
    st.lists(st.integers(1, 3), min_size=6, max_size=6),
    any_turns,
)
def test_every_tenant_is_served_within_as_many_claims_as_there_are_tenants(
    tenants: set[str], limits: list[int], turns: Turns
) -> None:
    claims = Claims([ReadyRuns(5, tenant, "f") for tenant in tenants], turns)

    served = {
        s.tenant for _, n in zip(tenants, limits, strict=False) for s in claims.next(n, ROOMY)
    }

    assert served == tenants


ROOMY = dict.fromkeys(FLOWS, 1_000)


@given(any_groups.filter(bool), st.integers(1, 3), any_turns)
def test_every_flow_of_every_tenant_is_served_in_time(
    groups: list[ReadyRuns], limit: int, turns: Turns
) -> None:
    level = [group._replace(priority=5) for group in groups]
    level = sorted(set(level))
    claims = Claims(level, turns)

    rounds = len({g.tenant for g in level}) * len(FLOWS) + len(level)
    served = {share[:3] for _ in range(rounds) for share in claims.next(limit, ROOMY)}

    assert served == {tuple(group) for group in level}


@given(
    st.sets(st.sampled_from(TENANTS), min_size=2),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), min_size=12, max_size=12),
    any_turns,
)
def test_tenants_are_served_in_time_when_a_flow_has_hardly_room(
    tenants: set[str], rounds: list[tuple[int, int]], turns: Turns
) -> None:
    """Two flows: half of the tenants want one that has one place, the others one with plenty."""
    order = sorted(tenants)
    groups = [ReadyRuns(5, tenant, FLOWS[index % 2]) for index, tenant in enumerate(order)]
    claims = Claims(groups, turns)

    served: set[str] = set()
    for _, (limit, room) in zip(range(2 * len(order)), rounds, strict=False):
        served |= {share.tenant for share in claims.next(limit, {"f": 1, "g": room})}

    assert served == tenants


@pytest.mark.parametrize("looked_at", [2, 3, 7])
@pytest.mark.parametrize("limit", [1, 2, 5, 100])
def test_tenants_beyond_the_bound_of_one_look_get_their_turn(looked_at: int, limit: int) -> None:
    tenants = [f"tenant-{number:02}" for number in range(20)]
    claims = Claims([ReadyRuns(5, tenant, "f") for tenant in tenants])

    served = [s.tenant for _ in tenants for s in claims.next(limit, ROOMY, looked_at)]

    assert set(served) == set(tenants)


def test_whoever_got_nothing_comes_first_the_next_time() -> None:
    groups = [ReadyRuns(5, tenant, "f") for tenant in "abc"]

    first = deal(groups, limit=2, room={"f": 9}, turns=FIRST_TURNS)
    second = deal(groups, limit=2, room={"f": 9}, turns=first.turns)

    assert of_tenants(first) == {"a": 1, "b": 1}
    assert of_tenants(second) == {"c": 1, "a": 1}


def test_a_tenant_that_left_does_not_upset_the_order() -> None:
    turns = Turns("b", {})

    dealt = deal([ReadyRuns(5, t, "f") for t in "acd"], limit=1, room={"f": 9}, turns=turns)

    assert of_tenants(dealt) == {"c": 1}
    assert dealt.turns.tenant == "d"


def test_a_deal_of_nothing_keeps_the_turn() -> None:
    turns = Turns("b", {})

    assert deal([], limit=5, room={}, turns=turns) == ClaimLimits((), turns)
