"""What providers say about the quota that is left."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.outbound.rate_headers import LONGEST_RESET_US, Headroom, read

SECOND_US = 1_000_000
NOW = 1_795_262_400  # 2026-11-21 12:00:00 UTC
NOW_US = NOW * SECOND_US


def headroom(remaining: int, seconds: float | None) -> Headroom:
    return Headroom(remaining, None if seconds is None else NOW_US + int(seconds * SECOND_US))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([("ratelimit", '"default";r=50;t=30')], headroom(50, 30)),
        ([("ratelimit", '"hour";r=50;t=30, "day";r=3;t=9000')], headroom(3, 9000)),
        ([("ratelimit", '"hour";r=50;t=30'), ("ratelimit", '"day";r=3;t=9')], headroom(3, 9)),
        ([("ratelimit", '"a";r=0;t=3, "b";r=0;t=60')], headroom(0, 60)),
        ([("ratelimit", '"default";r=50')], headroom(50, None)),
        (
            [("ratelimit-policy", '"day";q=9;w=86, "min";q=5;w=60'), ("ratelimit", '"min";r=1')],
            headroom(1, 60),
        ),
        ([("ratelimit", "default;r=2;t=1")], headroom(2, 1)),
        ([("ratelimit", '"default";r=50;t=999999999')], headroom(50, 86400)),
        ([("ratelimit", "limit=100, remaining=50, reset=30")], headroom(50, 30)),
        ([("ratelimit-remaining", "7"), ("ratelimit-reset", "12")], headroom(7, 12)),
        ([("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "12")], headroom(7, 12)),
        ([("x-ratelimit-remaining", "7"), ("x-ratelimit-reset", "1.5")], headroom(7, 1.5)),
        ([("x-rate-limit-remaining", "7"), ("x-rate-limit-reset", f"{NOW + 9}")], headroom(7, 9)),
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", f"{NOW + 9}.5")], headroom(0, 9.5)),
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", f"{NOW + 9}000")], headroom(0, 9)),
        (
            [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2026-11-21T12:00:09Z")],
            headroom(0, 9),
        ),
        (
            [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "2026-11-21 13:00:09+01:00")],
            headroom(0, 9),
        ),
        (
            [
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "Sat, 21 Nov 2026 12:00:09 GMT"),
            ],
            headroom(0, 9),
        ),
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", f"{NOW - 60}")], headroom(0, 0)),
        ([("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "soon")], headroom(0, None)),
        ([("x-ratelimit-remaining", " 4 ")], headroom(4, None)),
        (  # Discord
            [
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", f"{NOW + 9}.5"),
                ("x-ratelimit-reset-after", "9.25"),
            ],
            headroom(0, 9.25),
        ),
        (  # Linear
            [
                ("x-ratelimit-requests-remaining", "40"),
                ("x-ratelimit-requests-reset", f"{NOW + 90}000"),
                ("x-ratelimit-complexity-remaining", "30"),
                ("x-ratelimit-complexity-reset", f"{NOW + 9}000"),
            ],
            headroom(40, 90),
        ),
        (
            [
                ("x-ratelimit-requests-remaining", "40"),
                ("x-ratelimit-requests-reset", f"{NOW + 90}000"),
                ("x-ratelimit-complexity-remaining", "0"),
                ("x-ratelimit-complexity-reset", f"{NOW + 9}000"),
            ],
            headroom(0, 9),
        ),
        (
            [
                ("x-ratelimit-requests-remaining", "0"),
                ("x-ratelimit-requests-reset", f"{NOW + 90}000"),
                ("x-ratelimit-complexity-remaining", "0"),
                ("x-ratelimit-complexity-reset", f"{NOW + 9}000"),
            ],
            headroom(0, 90),
        ),
        (  # HubSpot
            [
                ("x-hubspot-ratelimit-daily-remaining", "240000"),
                ("x-hubspot-ratelimit-interval-milliseconds", "10000"),
                ("x-hubspot-ratelimit-remaining", "0"),
            ],
            headroom(0, 10),
        ),
        (  # OpenAI
            [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1m30.5s")],
            headroom(0, 90.5),
        ),
        (
            [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "120ms")],
            headroom(0, 0.12),
        ),
        ([("x-ratelimit-remaining-tokens", "9"), ("x-ratelimit-reset-tokens", "1s")], None),
        (
            [("x-sentry-rate-limit-remaining", "0"), ("x-sentry-rate-limit-reset", "")],
            headroom(0, None),
        ),
        (
            [("ratelimit", "broken;;"), ("x-ratelimit-remaining", "4")],
            headroom(4, None),
        ),
    ],
)
def test_every_known_spelling_is_read(
    headers: list[tuple[str, str]], expected: Headroom | None
) -> None:
    assert read(tuple(headers), NOW_US) == expected


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("content-type", "application/json")],
        [("ratelimit", "")],
        [("ratelimit", '"default"')],
        [("ratelimit", '"default";r=-1;t=3')],
        [("ratelimit", '"default";r=1.5;t=3')],
        [("ratelimit", '"default";r;t=3')],
        [("ratelimit", "(1 2);r=4")],
        [("ratelimit-policy", '"default";q=100;w=60')],
        [("x-ratelimit-remaining", "many")],
        [("x-ratelimit-remaining", "-4")],
        [("x-ratelimit-remaining", "٤")],
        [("x-ratelimit-reset", "12")],
    ],
)
def test_what_says_nothing_clear_says_nothing(headers: list[tuple[str, str]]) -> None:
    assert read(tuple(headers), NOW_US) is None


names = st.sampled_from(
    [
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-remaining",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-rate-limit-reset",
    ]
)
values = (
    st.text(max_size=40)
    | st.text('0123456789.;=rtw", ()-:TZ', max_size=40)
    | st.integers().map(str)
)


@given(st.lists(st.tuples(names, values), max_size=6))
def test_no_header_makes_it_raise_or_leave_its_bounds(headers: list[tuple[str, str]]) -> None:
    found = read(tuple(headers), NOW_US)

    if found is not None:
        assert found.remaining >= 0
        resets = found.resets_at_us
        assert resets is None or NOW_US <= resets <= NOW_US + LONGEST_RESET_US
