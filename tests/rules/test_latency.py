"""Durations in buckets, and quantiles out of them again."""

import random

import pytest

from tieline.rules.watch.latency import BOUNDS_US, WORDS, apart, bucket_of, quantiles


def quantile(counts: dict[str, int], share: float) -> int | None:
    _, found = apart(counts)
    return quantiles(found or [], share)[0]


@pytest.mark.parametrize(
    ("took_us", "word"),
    [(0, "took-00"), (1_000, "took-00"), (1_001, "took-01"), (300_000_000, "took-15"),
     (300_000_001, "took-16"), (10**12, "took-16")],
)  # fmt: skip
def test_a_duration_has_one_bucket(took_us: int, word: str) -> None:
    assert bucket_of(took_us) == word


def test_nothing_counted_has_no_quantile() -> None:
    assert quantile({}, 0.5) is None
    assert quantile({"done": 5}, 0.5) is None


@pytest.mark.parametrize("share", [0.1, 0.5, 0.95, 1.0])
def test_a_quantile_is_in_the_bucket_of_the_true_one(share: float) -> None:
    chance = random.Random(7)
    taken = sorted(int(chance.expovariate(1 / 80_000)) for _ in range(5_000))
    counts: dict[str, int] = {}
    for took_us in taken:
        counts[bucket_of(took_us)] = counts.get(bucket_of(took_us), 0) + 1

    found = quantile(counts, share)

    true = taken[min(int(share * len(taken)), len(taken) - 1)]
    assert found is not None
    assert abs(WORDS.index(bucket_of(found)) - WORDS.index(bucket_of(true))) <= 1


def test_what_took_longest_counts_as_the_end_of_the_last_bucket() -> None:
    assert quantile({WORDS[-1]: 3}, 0.5) == BOUNDS_US[-1]
