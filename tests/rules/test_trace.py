"""Trace context: what is joined, what is begun, and which span is whose."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.formats.trace import (
    Trace,
    begun,
    is_sampled,
    joined,
    span_of,
    span_of_run,
    trace_of,
    under,
)

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GOOD = f"00-{TRACE}-{PARENT}-01"
RUN = "run_01a1fe9d1bf27519ab64230a33f3b882"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (None, None),
        (GOOD, GOOD),
        (f"00-{TRACE}-{PARENT}-00", f"00-{TRACE}-{PARENT}-00"),
        (f"cc-{TRACE}-{PARENT}-01-what-the-future-holds", GOOD),
        (f"cc-{TRACE}-{PARENT}-01", GOOD),
        (f"00-{TRACE}-{PARENT}-01-more", None),
        (f"ff-{TRACE}-{PARENT}-01", None),
        (f"00-{'0' * 32}-{PARENT}-01", None),
        (f"00-{TRACE}-{'0' * 16}-01", None),
        (f"00-{TRACE.upper()}-{PARENT}-01", None),
        (f"00-{TRACE}-{PARENT}-1", None),
        (f"00-{TRACE[:-1]}-{PARENT}-01", None),
        (f"00-{TRACE}-{PARENT}-01\r\nx-evil: 1", None),
        ("", None),
    ],
)
def test_only_what_the_standard_allows_is_joined(header: str | None, found: str | None) -> None:
    assert joined(header) == found


@given(st.text(max_size=120))
def test_whatever_is_joined_is_of_the_form_that_is_passed_on(header: str) -> None:
    found = joined(header)

    assert found is None or (
        len(found) == 55 and found.startswith("00-") and joined(found) == found
    )


def test_a_trace_that_begins_here_has_the_name_of_its_receipt() -> None:
    made = begun("rct_01a1fe9d1bf27519ab64230a33f3b882", 0.0)

    assert joined(made) == made
    assert trace_of(made) == Trace(
        "01a1fe9d1bf27519ab64230a33f3b882", span_of("rct_01a1fe9d1bf27519ab64230a33f3b882"), False
    )


@pytest.mark.parametrize(
    ("share", "least", "most"), [(0.0, 0, 0), (0.5, 400, 600), (1.0, 999, 999)]
)
def test_the_share_that_is_sampled_is_what_was_asked_for(
    share: float, least: int, most: int
) -> None:
    ids = [f"rct_{number * 0x9E3779B97F4A7C15 % 2**128:032x}" for number in range(1, 1000)]

    assert least <= sum(is_sampled(begun(one, share)) for one in ids) <= most


@pytest.mark.parametrize(
    ("flags", "sampled"), [("00", False), ("01", True), ("02", False), ("03", True), ("ff", True)]
)
def test_one_flag_says_whether_spans_are_wanted(flags: str, sampled: bool) -> None:
    traceparent = f"00-{TRACE}-{PARENT}-{flags}"
    trace = trace_of(traceparent)

    assert is_sampled(traceparent) is sampled
    assert trace is not None
    assert trace.is_sampled is sampled


def test_a_call_carries_its_own_span_in_the_same_trace() -> None:
    assert under(GOOD, "a" * 16) == f"00-{TRACE}-{'a' * 16}-01"


def test_each_execution_of_a_run_has_a_span_of_its_own() -> None:
    spans = [span_of_run(RUN, epoch) for epoch in range(1, 2000)]

    assert spans[0] == RUN[-16:]
    assert len(set(spans)) == len(spans)
    assert all(len(span) == 16 and int(span, 16) for span in spans)


@pytest.mark.parametrize("text", [None, "", "00-short"])
def test_what_is_no_trace_has_none(text: str | None) -> None:
    assert trace_of(text) is None
    assert not is_sampled(text)
