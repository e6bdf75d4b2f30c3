"""Receive: a compressed body is unfolded no further than its source takes."""

import gzip
import tracemalloc
import zlib

import pytest

from tieline.model.hub.flow import WebhookSource
from tieline.model.inbound.request import Inbound, RequestProblem
from tieline.model.inbound.signature import EventShape, WebhookScheme
from tieline.pipeline.receive import ReceivedRequest, receive

MIB = 1024 * 1024
SCHEME = WebhookScheme(name="x", schemes=(), shape=EventShape(), docs="https://x.example")
DOOR = WebhookSource("x", SCHEME, "x-signing")


def compressed(body: bytes, coding: str) -> Inbound:
    headers = (("content-encoding", coding),)
    return Inbound("POST", "https://a.example/in/x", headers, body, "x", "::1", 0)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
def test_a_bomb_takes_no_more_memory_than_the_limit(coding: str) -> None:
    bomb = bytes(256 * MIB)
    packed = gzip.compress(bomb) if coding == "gzip" else zlib.compress(bomb)
    del bomb
    inbound = compressed(packed, coding)

    tracemalloc.start()
    problem = receive(inbound, DOOR)
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert isinstance(problem, RequestProblem)
    assert (problem.status, problem.code) == (413, "body-too-large")
    assert peak_bytes < 4 * MIB


@pytest.mark.parametrize("size", [0, 1, MIB - 1, MIB])
def test_what_unfolds_to_the_limit_is_taken(size: int) -> None:
    plain = b"x" * size

    received = receive(compressed(gzip.compress(plain), "gzip"), DOOR)

    assert isinstance(received, ReceivedRequest)
    assert received.decoded == plain
