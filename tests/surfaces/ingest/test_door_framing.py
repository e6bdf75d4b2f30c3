"""The door and HTTP: what two readers could read in two ways is refused, and nothing is kept."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.surfaces.ingest.conftest import Makers, Rig

POST = b"POST /in/billing HTTP/1.1\r\nHost: hooks.example\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

MALFORMED = {
    "length and chunks": POST + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "two different lengths": POST + b"Content-Length: 2\r\nContent-Length: 9\r\n\r\n{}",
    "a list of lengths": POST + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": POST + b"Content-Length: +5\r\n\r\n{}   ",
    "a negative length": POST + b"Content-Length: -5\r\n\r\n{}",
    "a length in hex": POST + b"Content-Length: 0x2\r\n\r\n{}",
    "no length": POST + b"Content-Length: \r\n\r\n{}",
    "a length beyond 64 bits": POST + b"Content-Length: 99999999999999999999999\r\n\r\n",
    "a space before the colon": POST + b"Content-Length : 2\r\n\r\n{}",
    "a folded header": POST + b"X-Long: a\r\n b\r\nContent-Length: 2\r\n\r\n{}",
    "bare line feeds": b"POST /in/billing HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}",
    "a bare line feed in the head": POST + b"X-A: a\nContent-Length: 2\r\n\r\n{}",
    "a bare line feed at the end of the head": POST + b"Content-Length: 2\r\n\n{}",
    "a bare carriage return": POST + b"X-A: a\rX-B: b\r\n\r\n",
    "a second coding": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunks told twice": POST + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n",
    "a coding behind a control character": POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n",
    "chunks in HTTP/1.0": b"POST /in/billing HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a chunk size in hex notation": CHUNKED + b"0x2\r\n{}\r\n0\r\n\r\n",
    "a negative chunk size": CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
    "a chunk size beyond 64 bits": CHUNKED + b"fffffffffffffffff\r\n",
    "a chunk longer than it says": CHUNKED + b"2\r\n{}x\r\n0\r\n\r\n",
    "a line feed in a chunk extension": CHUNKED + b"2;a\n{}\r\n0\r\n\r\n",
    "a carriage return in a chunk extension": CHUNKED + b"2;a\rb\r\n{}\r\n0\r\n\r\n",
    "NUL in a header": POST + b"X-A: a\x00b\r\n\r\n",
    "NUL in a header's name": POST + b"X\x00: a\r\n\r\n",
    "NUL in the target": b"POST /in/bil\x00ling HTTP/1.1\r\nHost: a\r\n\r\n",
    "an escape sequence in a header": POST + b"X-A: \x1b[2J\r\n\r\n",
    "a target that is not ASCII": b"POST /in/\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header without a name": POST + b": a\r\n\r\n",
    "a header without a colon": POST + b"Content-Length\r\n\r\n",
    "an unknown method": b"STEAL /in/billing HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method in lower case": b"post /in/billing HTTP/1.1\r\nHost: a\r\n\r\n",
    "no target": b"POST  HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": b"POST /in/billing HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "two hosts": POST + b"Host: other.example\r\n\r\n",
    "HTTP/1.2": b"POST /in/billing HTTP/1.2\r\nHost: a\r\n\r\n",
    "a TLS greeting": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


async def test_a_request_that_could_be_read_in_two_ways_is_refused(rig: "Rig") -> None:
    refused = (400, "malformed-request", "close", b"")
    otherwise = {}
    for name, raw in MALFORMED.items():
        line = await rig.call()
        answer = await line.ask(raw)
        connection = answer.header("connection")
        said = (answer.status, answer.problem, connection, await line.rest())
        if said != refused:
            otherwise[name] = said
        await line.close()

    assert otherwise == {}
    assert rig.events() == []


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        pytest.param(
            b"POST /in/billing\r\n\r\n", 505, "unknown-http-version", id="no version at all"
        ),
        pytest.param(
            b"POST /in/billing HTTP/2.0\r\nHost: a\r\n\r\n",
            505,
            "unknown-http-version",
            id="a version of another kind",
        ),
        pytest.param(
            POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            501,
            "unknown-transfer-coding",
            id="a compressed transfer",
        ),
        pytest.param(
            POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            501,
            "unknown-transfer-coding",
            id="a transfer that only looks like chunks",
        ),
        pytest.param(
            POST + b"Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n",
            417,
            "unknown-expectation",
            id="an expectation of another kind",
        ),
        pytest.param(
            POST + b"Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 2\r\n\r\n{}",
            400,
            "upgrade-refused",
            id="an upgrade",
        ),
        pytest.param(
            POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
            400,
            "upgrade-refused",
            id="an upgrade to HTTP/2",
        ),
        pytest.param(
            b"CONNECT inside.example:443 HTTP/1.1\r\nHost: inside.example:443\r\n\r\n",
            400,
            "upgrade-refused",
            id="a tunnel",
        ),
    ],
)
async def test_what_the_door_does_not_speak_is_refused_by_its_name(
    rig: "Rig", raw: bytes, status: int, code: str
) -> None:
    line = await rig.call()

    answer = await line.ask(raw)

    assert (answer.status, answer.problem) == (status, code)
    assert await line.rest() == b""
    assert rig.events() == []
    await line.close()


async def test_the_body_may_come_in_chunks_of_any_size(rig: "Rig", make: "Makers") -> None:
    body = make.invoice()
    name, value = make.signature(body)
    head = POST + f"{name}: {value}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    chunks = [b"1;ext=1\r\n%c\r\n" % byte for byte in body]

    answer = await rig.ask(head, *chunks, b"0\r\n\r\n")

    assert answer.status == 202
    assert rig.receipt()["body"] == body


async def test_every_byte_may_come_alone(rig: "Rig", make: "Makers") -> None:
    raw = make.signed(make.invoice())

    answer = await rig.ask(*(raw[place : place + 1] for place in range(len(raw))))

    assert answer.status == 202


async def test_trailers_never_become_headers(rig: "Rig", make: "Makers") -> None:
    body = make.invoice()
    name, value = make.signature(body)
    raw = CHUNKED + b"%x\r\n%b\r\n0\r\n%b: %b\r\n\r\n" % (
        len(body),
        body,
        name.encode(),
        value.encode(),
    )

    answer = await rig.ask(raw)

    assert (answer.status, answer.problem) == (401, "missing-signature")


async def test_white_space_around_a_header_is_no_part_of_it(rig: "Rig", make: "Makers") -> None:
    body = make.invoice()
    name, value = make.signature(body)

    answer = await rig.ask(make.request(body, headers=[(name, f" \t{value} \t ")]))

    assert answer.status == 202


async def test_http_1_0_is_answered_and_closed(rig: "Rig", make: "Makers") -> None:
    body = make.invoice()
    line = await rig.call()

    answer = await line.ask(make.request(body, headers=[make.signature(body)], version="HTTP/1.0"))

    assert answer.status == 202
    assert answer.header("connection") == "close"
    assert await line.rest() == b""
    await line.close()


async def test_a_connection_is_kept_and_closed_as_the_sender_asks(
    rig: "Rig", make: "Makers"
) -> None:
    line = await rig.call()

    kept = await line.ask(make.signed(make.invoice("evt-1")))
    closed = await line.ask(make.signed(make.invoice("evt-2"), ("Connection", "close")))

    assert (kept.status, kept.header("connection")) == (202, None)
    assert (closed.status, closed.header("connection")) == (202, "close")
    assert await line.rest() == b""
    await line.close()


async def test_pipelined_requests_are_answered_in_order(rig: "Rig", make: "Makers") -> None:
    line = await rig.call()
    bodies = [make.invoice(f"evt-{number}") for number in range(10)]

    await line.say(b"".join(make.signed(body) for body in bodies))
    answers = [await line.hear() for _ in bodies]

    stored = {event["identity"]: event["id"] for event in rig.events()}
    assert [answer.json["event_id"] for answer in answers] == [
        stored[f"evt-{number}"] for number in range(10)
    ]
    await line.close()


async def test_pipelined_requests_are_bounded_and_those_taken_are_answered(
    rig: "Rig", make: "Makers"
) -> None:
    line = await rig.call()

    await line.say(make.request(target="/healthz", method="GET") * 1000)
    heard = await line.rest()

    answers = heard.count(b"HTTP/1.1 200 OK")
    assert 1 <= answers < 1000
    assert heard.count(b"connection: close") == 1
    assert heard.endswith(b"connection: close\r\n\r\nok\n")
    await line.close()


async def test_a_second_request_behind_connection_close_is_not_taken(
    rig: "Rig", make: "Makers"
) -> None:
    line = await rig.call()
    first = make.signed(make.invoice("evt-1"), ("Connection", "close"))

    answer = await line.ask(first + make.signed(make.invoice("evt-2")))

    assert answer.status == 202
    assert await line.rest() == b""
    assert [event["identity"] for event in rig.events()] == ["evt-1"]
    await line.close()


async def test_a_body_that_waits_is_asked_for(rig: "Rig", make: "Makers") -> None:
    raw = make.signed(make.invoice(), ("Expect", "100-Continue"))
    head, body = raw.split(b"\r\n\r\n")
    line = await rig.call()

    asked = await line.ask(head + b"\r\n\r\n")
    answer = await line.ask(body)

    assert (asked.status, answer.status) == (100, 202)
    await line.close()


async def test_a_body_that_waits_is_not_asked_for_in_vain(rig: "Rig") -> None:
    raw = POST + b"Expect: 100-continue\r\nContent-Length: 99999999\r\n\r\n"

    answer = await rig.ask(raw)

    assert (answer.status, answer.problem) == (413, "body-too-large")


async def test_an_absolute_target_is_the_path_in_it(rig: "Rig", make: "Makers") -> None:
    answer = await rig.ask(
        make.signed(make.invoice(), target="http://elsewhere.example/in/billing?x=1")
    )

    assert answer.status == 202


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/in",
        "/in/",
        "//in/billing",
        "/IN/billing",
        "/x/../in/billing",
        "/./in/billing",
        "*",
        "http://hooks.example",
        "http://hooks.example?x=/in/billing",
        "ftp://hooks.example/in/billing",
        "/admin?source=/in/billing",
    ],
)
async def test_a_target_is_taken_as_it_is_written_or_not_at_all(
    rig: "Rig", make: "Makers", target: str
) -> None:
    answer = await rig.ask(make.signed(make.invoice(), target=target))

    assert (answer.status, answer.problem) == (404, "not-found")
    assert rig.events() == []


@pytest.mark.parametrize(
    "target",
    ["/in/billing/", "/in/billin%67", "/in//billing", "/in/billing#a", "/in/Billing", "/in/x"],
)
async def test_a_source_is_known_by_its_exact_name(rig: "Rig", make: "Makers", target: str) -> None:
    answer = await rig.ask(make.signed(make.invoice(), target=target))

    assert (answer.status, answer.problem) == (404, "unknown-source")
    assert rig.events() == []
    assert (rig.receipt()["verdict"], rig.receipt()["status"]) == ("refused", 404)


async def test_head_is_answered_without_a_body(rig: "Rig", make: "Makers") -> None:
    line = await rig.call()

    await line.say(make.request(target="/nowhere", method="HEAD"))
    first = await line.hear(bodiless=True)
    second = await line.ask(make.signed(make.invoice()))

    assert (first.status, first.header("content-type")) == (404, "application/problem+json")
    assert int(first.header("content-length") or 0) > 0
    assert second.status == 202
    await line.close()


async def test_every_answer_says_when_it_was_given(rig: "Rig", make: "Makers") -> None:
    answer = await rig.ask(make.request(target="/healthz", method="GET"))

    assert (answer.header("date") or "").endswith(" GMT")
