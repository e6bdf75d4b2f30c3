"""Reading: however the bytes are cut, the same is read, and no more is kept than may be."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tieline.adapters.system.clock import SystemClock
from tieline.model.inbound.request import Inbound, Reply, RequestProblem
from tieline.surfaces.ingest.listener import Listener, ListenerLimits
from tieline.surfaces.ingest.reading import Reading

LIMIT = 100


class PlainDoor:
    """A door that only knows its limit."""

    def limit_of(self, source: str) -> int:
        return LIMIT

    async def take(self, inbound: Inbound) -> Reply:
        return Reply(202, (), b"")

    async def refuse(self, inbound: Inbound, problem: RequestProblem) -> Reply:
        return problem.reply("rct_1")

    def other(self, inbound: Inbound, target: str) -> Reply:
        return Reply(404, (), b"")

    def broken(self, error: BaseException) -> Reply:
        raise AssertionError from error

    def turned_away(self, reason: str) -> None:
        raise AssertionError(reason)


@dataclass(slots=True)
class Notes:
    """What was read, in order."""

    read: list[tuple[object, ...]] = field(default_factory=list)

    def began(self) -> None:
        pass

    def may_go_on(self) -> None:
        self.read.append(("go on",))

    def has_read(self, inbound: Inbound, *, keep: bool) -> bool:
        self.read.append((inbound.method, inbound.url, inbound.headers, inbound.body, keep))
        return True

    def gives_up(self, inbound: Inbound, why: RequestProblem) -> None:
        self.read.append((why.status, why.code, inbound.source, inbound.body))


def what_is_read(pieces: list[bytes]) -> list[tuple[object, ...]]:
    doorway = Listener(PlainDoor(), SystemClock(), ListenerLimits(), "https://hooks.example")
    notes = Notes()
    reading = Reading(doorway, notes, "127.0.0.1")
    for piece in pieces:
        reading.feed(piece)
        assert doorway.unfinished_bytes <= LIMIT
    reading.end()
    assert doorway.unfinished_bytes == 0
    return notes.read


def cut(raw: bytes, places: list[int]) -> list[bytes]:
    edges = sorted({0, len(raw), *(place % (len(raw) + 1) for place in places)})
    return [raw[start:end] for start, end in pairwise(edges)]


REQUESTS = st.sampled_from(
    [
        b"POST /in/a?x=1 HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        b"GET http://h.example/in/a HTTP/1.1\r\nHost: h\r\nX-Two: a\r\nX-Two: b \r\n\r\n",
        b"POST /in/b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-Trailer: t\r\n\r\n",
        b"POST /in/b HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx",
        b"POST /in/c HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n",
        b"POST /in/c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + b"x" * 101,
        b"POST /in/d HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx",
        b"POST /in/e HTTP/1.1\r\nHost: h\r\n" + b"X: y\r\n" * 130 + b"\r\n",
        b"POST /in/f?" + b"q" * 9000 + b" HTTP/1.1\r\nHost: h\r\n\r\n",
        b"\x00",
        b"DELETE /in/a HTTP/1.0\r\n\r\n",
    ]
)


@given(st.lists(REQUESTS, min_size=1, max_size=4), st.lists(st.integers(0, 20_000), max_size=12))
@settings(deadline=None)
@example([b"POST /in/a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"], list(range(60)))
def test_however_the_bytes_are_cut_the_same_is_read(
    requests: list[bytes], places: list[int]
) -> None:
    raw = b"".join(requests)

    assert what_is_read(cut(raw, places)) == what_is_read([raw])


@given(st.lists(st.binary(max_size=60), max_size=20))
@settings(deadline=None)
def test_no_bytes_at_all_break_the_reading(pieces: list[bytes]) -> None:
    what_is_read(pieces)


def test_after_a_refusal_nothing_more_is_read() -> None:
    good = b"POST /in/a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}"
    bad = b"POST /in/a HTTP/1.1\r\nHost: h\r\nContent-Length: -2\r\n\r\n{}"

    assert [note[0] for note in what_is_read([good, bad, good])] == ["POST", 400]
