"""Which requests every HttpClient refuses before it sends anything."""

from typing import TYPE_CHECKING

import pytest

from tieline.model.base.failure import Delivered, FailureKind

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Serve


@pytest.mark.parametrize(
    "header",
    [
        ("X-Note", "hidden\r\nX-Injected: 1"),
        ("X-Note", "hidden\n"),
        ("X-Note", "\rhidden"),
        ("X-Note", "hidden\0"),
        ("X-Note", "hidden\x7f"),
        ("X-Note", "hidden \u20ac"),
        ("X-Note", "hidden \ud800"),
        ("X-No\r\nte", "hidden"),
        ("X Note", "hidden"),
        ("X-Note:", "hidden"),
        ("", "hidden"),
        ("X-Nöte", "hidden"),
        ("Content-Length", "77"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "keep-alive"),
        ("Upgrade", "h2c"),
        ("Expect", "100-continue"),
    ],
)
async def test_a_header_that_would_break_the_framing_is_named_but_not_sent(
    calls: "Calls", serve: "Serve", header: tuple[str, str]
) -> None:
    server = await serve()

    failure = await calls.fail(server.url(), "POST", headers=(header,), body=b"x")

    assert (failure.kind, failure.delivered) == (FailureKind.REJECTED, Delivered.NO)
    assert repr(header[0])[1:-1] in failure.detail
    assert "hidden" not in failure.detail
    assert server.connections == 0


@pytest.mark.parametrize(
    "method", ["", "GE T", "GET\r\n", "CONNECT", "G\u20acT", "GET /x HTTP/1.1"]
)
async def test_a_method_that_is_no_word_is_refused(
    calls: "Calls", serve: "Serve", method: str
) -> None:
    server = await serve()

    failure = await calls.fail(server.url(), method)

    assert (failure.kind, failure.delivered) == (FailureKind.REJECTED, Delivered.NO)
    assert server.connections == 0


@pytest.mark.parametrize(
    "path",
    ["/a b", "/a\r\nX: 1", "/a\n", "/a\tb", "/a\0", "/caf\u00e9", "/?q=\u20ac", "/\ud800", "/\x7f"],
)
async def test_a_path_with_more_than_visible_ascii_is_refused(
    calls: "Calls", serve: "Serve", path: str
) -> None:
    server = await serve()

    failure = await calls.fail(server.url(path))

    assert (failure.kind, failure.delivered) == (FailureKind.REJECTED, Delivered.NO)
    assert server.connections == 0


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/path",
        "127.0.0.1/path",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "http:/127.0.0.1/",
        "http:///path",
        "http://:80/",
        "http://user:hidden@127.0.0.1/",
        "http://hidden@127.0.0.1/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:/",
        "http://127.0.0.1:8a/",
        "http://127.0.0.1:-1/",
        " http://127.0.0.1/",
        "http://127.0.0.1\\@other.example/",
    ],
)
async def test_what_is_no_plain_http_url_is_refused(calls: "Calls", url: str) -> None:
    failure = await calls.fail(url)

    assert failure.kind in {FailureKind.REJECTED, FailureKind.BLOCKED}
    assert failure.delivered is Delivered.NO
    assert "hidden" not in failure.detail
