"""The figures of benchmarks: quartiles, ratios, and what is said of them."""

from collections.abc import Sequence

import pytest
from benchmarks.against import compare, verdict
from benchmarks.figures import lower_quartile_of, lower_quartiles, median_ratio, medians
from benchmarks.rounds import RoundPlan
from benchmarks.turns import TurnsPlan

STEADY = [100.0, 101.0, 102.0, 103.0, 104.0] * 2


@pytest.mark.parametrize(
    ("values", "quartile"),
    [
        ([], 0.0),
        ([7.0], 7.0),
        ([4.0, 8.0], 5.0),
        ([5.0, 1.0, 4.0, 2.0, 3.0], 2.0),
        ([10.0, 10.0, 10.0, 900.0], 10.0),
    ],
)
def test_a_quarter_lies_below_the_lower_quartile(values: list[float], quartile: float) -> None:
    assert lower_quartile_of(values) == quartile


def test_figures_are_summed_up_over_the_rows_that_have_them() -> None:
    rows = [{"cpu": 1.0}, {"cpu": 3.0, "cpu writer": 5.0}, {"cpu": 8.0}]

    assert medians(rows) == {"cpu": 3.0, "cpu writer": 5.0}
    assert lower_quartiles(rows) == {"cpu": 2.0, "cpu writer": 5.0}


def test_the_median_ratio_pairs_neighbours() -> None:
    assert median_ratio([10.0, 40.0, 90.0], [10.0, 20.0, 30.0]) == 2.0


@pytest.mark.parametrize(
    ("factor", "said", "is_sure"),
    [
        (1.0, "within", True),
        (1.049, "within", False),
        (1.051, "ABOVE", False),
        (1.2, "ABOVE", True),
        (0.5, "within", True),
    ],
)
def test_the_verdict_holds_the_ratio_against_the_bound(
    factor: float, said: str, is_sure: bool
) -> None:
    compared = compare([cost * factor for cost in STEADY], list(reversed(STEADY)))

    assert compared.ratio == pytest.approx(factor, abs=0.001)
    assert said in verdict(compared, 1.05)
    assert ("make it sure" not in verdict(compared, 1.05)) == is_sure


def test_few_slices_are_never_sure() -> None:
    compared = compare([100.0] * 9, [100.0] * 9)

    assert compared.by_chance == (1.0, 1.0)
    assert compared.ratio_of_each_slice == (1.0,) * 9
    assert "make it sure" in verdict(compared, 1.05)


@pytest.mark.parametrize(
    ("slices", "rounds", "shares"),
    [(20, 3, [7, 7, 6]), (2, 1, [2]), (2, 3, [1, 1, 0])],
)
def test_rounds_share_the_slices(slices: int, rounds: int, shares: Sequence[int]) -> None:
    plan = TurnsPlan(RoundPlan(), rounds=rounds, slices=slices)

    assert [plan.slices_of(number) for number in range(rounds)] == shares
