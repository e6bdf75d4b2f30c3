"""However an answer is cut into pieces, it reads the same, and never beyond its limit."""

import gzip
import tracemalloc
import zlib
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.adapters.http.answer import HEAD_LIMIT_BYTES, AnswerReader
from tieline.adapters.http.body import body_for
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import HttpAnswer

CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": lambda body: zlib.compress(body)[2:-4],
}


def cut(data: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(data) + 1) for place in places})
    starts = [0, *ends]
    return [data[start:end] for start, end in zip(starts, [*ends, len(data)], strict=True)]


def read(pieces: list[bytes], *, limit_bytes: int = 1_000_000) -> HttpAnswer | None:
    reader = AnswerReader()
    reader.expect(head_only=False, limit_bytes=limit_bytes)
    for piece in pieces:
        answer = reader.feed(piece)
        if answer is not None:
            return answer
    return None


def chunked(body: bytes, size: int) -> bytes:
    chunks = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


def failure_of(act: Callable[[], object]) -> FailureKind | None:
    try:
        act()
    except CallFailed as failure:
        return failure.kind
    return None


PLACES = st.lists(st.integers(0, 10_000), max_size=30)


@given(body=st.binary(max_size=300), coding=st.sampled_from(list(CODINGS)), places=PLACES)
def test_an_answer_with_a_length_reads_the_same_in_any_pieces(
    body: bytes, coding: str, places: list[int]
) -> None:
    packed = CODINGS[coding](body)
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\nContent-Length: {len(packed)}\r\n\r\n"

    answer = read(cut(b"HTTP/1.1 100 Continue\r\n\r\n" + head.encode() + packed, places))

    assert answer is not None
    assert (answer.status, answer.body) == (200, body)
    assert answer.headers == (("content-encoding", coding), ("content-length", str(len(packed))))


@given(body=st.binary(max_size=300), size=st.integers(1, 50), places=PLACES)
def test_a_chunked_answer_reads_the_same_in_any_pieces(
    body: bytes, size: int, places: list[int]
) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = read(cut(head + chunked(body, size), places))

    assert answer is not None
    assert answer.body == body


@given(data=st.binary(max_size=200), places=PLACES)
def test_any_bytes_are_an_answer_or_a_typed_failure(data: bytes, places: list[int]) -> None:
    head = b"HTTP/1.1 200 OK\r\n"
    for start in (b"", head, head + b"Transfer-Encoding: chunked\r\n\r\n"):
        failure = failure_of(partial(read, cut(start + data, places), limit_bytes=100))
        assert failure in {None, FailureKind.BROKEN, FailureKind.TOO_LARGE}


@given(
    body=st.binary(max_size=300),
    limit=st.integers(0, 300),
    coding=st.sampled_from(list(CODINGS)),
    places=PLACES,
)
def test_a_body_is_whole_within_its_limit_and_refused_beyond(
    body: bytes, limit: int, coding: str, places: list[int]
) -> None:
    def collect() -> None:
        collected = body_for(coding, limit)
        for piece in cut(CODINGS[coding](body), places):
            collected.feed(piece)
        assert collected.finish() == body

    failure = failure_of(collect)

    assert failure is (FailureKind.TOO_LARGE if len(body) > limit else None)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_a_bomb_is_not_inflated_beyond_the_limit(pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(20_000_000))
    collected = body_for("gzip" if pack is gzip.compress else "deflate", 1000)
    tracemalloc.start()
    try:
        failure = failure_of(partial(collected.feed, bomb))
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert failure is FailureKind.TOO_LARGE
    assert most_bytes < 1_000_000


@pytest.mark.parametrize("over", [0, 1])
def test_the_head_may_be_exactly_as_large_as_its_limit(over: int) -> None:
    start, end = b"HTTP/1.1 200 OK\r\nX: ", b"\r\nContent-Length: 2\r\n\r\n"
    head = start + b"x" * (HEAD_LIMIT_BYTES - len(start) - len(end) + over) + end

    if over:
        with pytest.raises(CallFailed):
            read([head + b"ok"])
    else:
        answer = read([head + b"ok"])
        assert answer is not None
        assert answer.body == b"ok"


def test_a_body_that_says_it_is_too_large_is_not_waited_for() -> None:
    with pytest.raises(CallFailed) as caught:
        read([b"HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n"], limit_bytes=8999)

    assert caught.value.kind is FailureKind.TOO_LARGE


def test_trailers_without_end_are_cut_off() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n"

    with pytest.raises(CallFailed) as caught:
        read([head, *[b"X-Trailer: " + b"x" * 1000 + b"\r\n"] * 100])

    assert caught.value.kind is FailureKind.TOO_LARGE


def test_interim_answers_without_end_are_cut_off() -> None:
    with pytest.raises(CallFailed) as caught:
        read([b"HTTP/1.1 100 Continue\r\n\r\n" * 100] * 100)

    assert caught.value.kind is FailureKind.TOO_LARGE
