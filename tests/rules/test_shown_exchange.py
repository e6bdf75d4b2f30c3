"""What is kept of a request and an answer: readable, without secrets, never long."""

from typing import Any

import orjson
import pytest

from tieline import Hub
from tieline.connectors import acme_books
from tieline.model.base.secret import Secret
from tieline.model.calls.call import Call, HttpAnswer
from tieline.model.hub.connection import ConnectionSpec
from tieline.rules.privacy.exchange import (
    LONGEST,
    ONLY_FAILURES,
    ExchangePolicy,
    shown_answer,
    shown_request,
)
from tieline.rules.privacy.redact import REDACTED

JSON = ("content-type", "application/json")
FORM = ("content-type", "application/x-www-form-urlencoded")
CANARY = "sk_live_canary_4711"
SECRETS = (Secret.of(CANARY),)


@pytest.fixture
def books() -> ConnectionSpec:
    return Hub("acme").connect("books", acme_books, base_url="https://books.test").spec


def request(books: ConnectionSpec, body: bytes = b"", *headers: Any, path: str = "/entries") -> str:
    call = Call("POST", path, body, headers)
    return shown_request(books, call, SECRETS, ExchangePolicy(sensitive=frozenset({"iban"})))


def answer(body: bytes, *headers: Any, status: int = 200) -> str:
    return shown_answer(HttpAnswer(status, headers, body), SECRETS, ONLY_FAILURES)


def test_a_request_reads_as_it_was_asked_for(books: ConnectionSpec) -> None:
    assert request(books, b'{"cents": 5}', JSON, ("x-note", "hi")) == (
        'POST https://books.test/entries\ncontent-type: application/json\nx-note: hi\n\n{"cents":5}'
    )


def test_an_answer_reads_as_it_came() -> None:
    assert answer(b"busy", ("content-type", "text/plain; charset=utf-8"), status=503) == (
        "HTTP 503\ncontent-type: text/plain; charset=utf-8\n\nbusy"
    )
    assert answer(b"", status=204) == "HTTP 204"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b'{"password": "hunter2!", "a": {"iban": "hunter2!"}}', JSON),
        (b"card[cvc]=hunter2!&iban=hunter2!&x=1", FORM),
        (b"client_secret=hunter2%21", FORM),
    ],
)
def test_fields_that_are_sensitive_are_not_kept(
    books: ConnectionSpec, body: bytes, header: tuple[str, str]
) -> None:
    shown = request(books, body, header)

    assert "hunter2" not in shown
    assert REDACTED in shown


def test_headers_and_queries_that_carry_credentials_are_not_kept(books: ConnectionSpec) -> None:
    shown = request(books, b"", ("Authorization", "Bearer xyz"), path="/e?api_key=xyz&page=2")

    assert "xyz" not in shown
    assert "page=2" in shown


@pytest.mark.parametrize(
    "body",
    [
        orjson.dumps({"note": f"the key is {CANARY}"}),
        f"echo: {CANARY}".encode(),
        orjson.dumps([CANARY]) * 3,
    ],
)
def test_the_connections_own_secret_is_never_kept(books: ConnectionSpec, body: bytes) -> None:
    for shown in (request(books, body, JSON), answer(body), answer(body, JSON)):
        assert CANARY not in shown
    assert CANARY not in request(books, path=f"/x/{CANARY}")


def test_what_is_no_text_is_counted(books: ConnectionSpec) -> None:
    assert request(books, b"\x00\x01\xff").endswith("\n\n[3 bytes of no known type]")
    assert answer(b"<a>1</a>", ("content-type", "text/xml")).endswith("[8 bytes of text/xml]")
    assert answer(b"{broken", JSON).endswith("[7 bytes of application/json]")


def test_long_bodies_are_cut_after_they_were_redacted(books: ConnectionSpec) -> None:
    body = orjson.dumps({"lines": ["x" * 100] * 100, "password": "hunter2!"})

    shown = request(books, body, JSON)

    assert len(shown) == LONGEST
    assert shown.endswith(f"… [{len(body)} bytes in all]")
    assert answer(b'{"password":"' + b"x" * 100_000 + b'"}', JSON).endswith("[100015 bytes]")


def test_what_a_store_cannot_take_is_spelt(books: ConnectionSpec) -> None:
    assert "\0" not in request(books, b'{"a":"\\u0000"}', JSON, ("x", "\0"))
    request(books, b"", path="/\ud800").encode()
