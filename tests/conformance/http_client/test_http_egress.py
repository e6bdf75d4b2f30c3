"""Which addresses every HttpClient connects to, whatever the URL, the name or a redirect says."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import Egress, Timeouts

if TYPE_CHECKING:
    from tests.conformance.http_client.conftest import Calls, Names, Script, Serve, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
NOTHING = Egress()


def redirecting(location: str, status: int = 302) -> "Script":
    """A script that sends every request to *location*, except one for /end."""

    async def script(wire: "Wire") -> None:
        while True:
            seen = await wire.request()
            if b" /end" in seen:
                await wire.send(OK.removesuffix(b"ok") if seen.startswith(b"HEAD") else OK)
            else:
                head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n"
                await wire.send(f"{head}Content-Length: 0\r\n\r\n".encode())

    return script


LOOPBACK_SPELLINGS = [
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "2130706433",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "0x7f000001",
    "\uff11\uff12\uff17.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[::1%25lo]",
]


@pytest.mark.parametrize("host", LOOPBACK_SPELLINGS)
async def test_no_spelling_of_a_denied_address_is_reached(
    calls: "Calls", serve: "Serve", host: str
) -> None:
    server = await serve()

    failure = await calls.fail(server.url(host=host), "POST", egress=NOTHING)

    assert (failure.kind, failure.delivered) == (FailureKind.BLOCKED, Delivered.NO)
    assert server.connections == 0


async def test_the_refusal_says_host_address_rule_and_how_to_allow_it(
    calls: "Calls", names: "Names"
) -> None:
    names.answers["erp.internal.example"] = [["10.0.0.5"]]

    failure = await calls.fail("http://erp.internal.example/x?token=hidden", egress=NOTHING)

    assert failure.kind is FailureKind.BLOCKED
    for part in ("erp.internal.example", "10.0.0.5", "10.0.0.0/8", 'allow=("10.0.0.5",)'):
        assert part in failure.detail
    assert "hidden" not in failure.detail


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "shop.example", "SHOP.example:{}"])
async def test_what_is_allowed_is_reached(
    calls: "Calls", serve: "Serve", names: "Names", entry: str
) -> None:
    server = await serve()
    names.answers["shop.example"] = [["127.0.0.1"]]
    egress = Egress(allow=(entry.format(server.port),))

    answer = await calls.send(server.url(host="Shop.Example"), egress=egress)

    assert answer.body == b"ok"


async def test_an_entry_that_cannot_be_read_allows_nothing(calls: "Calls", serve: "Serve") -> None:
    server = await serve()
    egress = Egress(allow=("127.0.0.1", "http://127.0.0.1"))

    failure = await calls.fail(server.url(), egress=egress)

    assert failure.kind is FailureKind.BLOCKED
    assert "'http://127.0.0.1'" in failure.detail


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1", "10.0.0.5"], ["10.0.0.5", "127.0.0.1"], ["127.0.0.1", "::ffff:127.0.0.1"]],
)
async def test_one_denied_address_among_several_blocks_the_name(
    calls: "Calls", serve: "Serve", names: "Names", addresses: list[str]
) -> None:
    server = await serve()
    names.answers["shop.example"] = [addresses]

    failure = await calls.fail(server.url(host="shop.example"))

    assert (failure.kind, failure.delivered) == (FailureKind.BLOCKED, Delivered.NO)
    assert server.connections == 0


async def test_a_name_is_looked_up_once_and_the_checked_address_is_dialled(
    calls: "Calls", serve: "Serve", names: "Names"
) -> None:
    server = await serve()
    names.answers["rebind.example"] = [["127.0.0.1"], ["169.254.169.254"]]

    answer = await calls.send(server.url(host="rebind.example"))

    assert answer.body == b"ok"
    assert names.asked == ["rebind.example"]
    assert f"host: rebind.example:{server.port}".encode() in server.requests[0].lower()


async def test_a_name_is_checked_again_for_every_new_connection(
    calls: "Calls", serve: "Serve", names: "Names"
) -> None:
    async def script(wire: "Wire") -> None:
        await wire.request()
        await wire.send(OK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))

    server = await serve(script)
    names.answers["rebind.example"] = [["127.0.0.1"], ["169.254.169.254"]]
    await calls.send(server.url(host="rebind.example"))

    failure = await calls.fail(server.url(host="rebind.example"))

    assert (failure.kind, failure.delivered) == (FailureKind.BLOCKED, Delivered.NO)


@pytest.mark.parametrize("answer", [None, [], ["not an address"]])
async def test_a_look_up_that_fails_connects_to_nothing(
    calls: "Calls", names: "Names", answer: list[str] | None
) -> None:
    names.answers["shop.example"] = [answer] if answer is not None else []

    failure = await calls.fail("http://shop.example/")

    assert (failure.kind, failure.delivered) == (FailureKind.UNREACHABLE, Delivered.NO)
    assert "shop.example" in failure.detail


async def test_a_look_up_that_hangs_ends_with_the_connect_time(
    calls: "Calls", names: "Names"
) -> None:
    names.hang = asyncio.Event()
    timeouts = Timeouts(timedelta(milliseconds=50), timedelta(seconds=5))

    failure = await calls.fail("http://shop.example/", timeouts=timeouts)

    assert (failure.kind, failure.delivered) == (FailureKind.SLOW, Delivered.NO)


async def test_no_proxy_is_taken_from_the_environment(
    calls: "Calls", serve: "Serve", monkeypatch: pytest.MonkeyPatch
) -> None:
    server, proxy = await serve(), await serve()
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url())

    await calls.send(server.url())

    assert (server.connections, proxy.connections) == (1, 0)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_redirects_are_followed_as_far_as_allowed(
    calls: "Calls", serve: "Serve", method: str
) -> None:
    server = await serve(redirecting("/end?x=1"))

    answer = await calls.send(server.url("/start"), method, max_redirects=1)

    assert answer.status == 200
    assert [seen.split(b" ")[1] for seen in server.requests] == [b"/start", b"/end?x=1"]


async def test_a_redirect_beyond_the_allowed_number_is_an_answer(
    calls: "Calls", serve: "Serve"
) -> None:
    server = await serve(redirecting("/again"))

    unfollowed = await calls.send(server.url())
    followed = await calls.send(server.url(), max_redirects=3)

    assert (unfollowed.status, followed.status) == (302, 302)
    assert len(server.requests) == 1 + 4


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirected_write_is_never_followed(
    calls: "Calls", serve: "Serve", method: str, status: int
) -> None:
    server = await serve(redirecting("/end", status))

    answer = await calls.send(server.url(), method, body=b"x", max_redirects=5)

    assert answer.status == status
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//169.254.169.254/latest",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://metadata.example/",
    ],
)
async def test_a_redirect_to_a_denied_address_is_blocked(
    calls: "Calls", serve: "Serve", names: "Names", location: str
) -> None:
    server = await serve(redirecting(location))
    names.answers["metadata.example"] = [["169.254.169.254"]]

    failure = await calls.fail(server.url(), max_redirects=3)

    assert (failure.kind, failure.delivered) == (FailureKind.BLOCKED, Delivered.YES)


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://user:word@127.0.0.1/",
        "http://127.0.0.1:99999/",
        "http:\\\\127.0.0.1\\",
        "http://[::1/",
    ],
)
async def test_a_redirect_to_what_is_no_plain_url_is_not_followed(
    calls: "Calls", serve: "Serve", location: str
) -> None:
    server = await serve(redirecting(location))

    failure = await calls.fail(server.url(), max_redirects=3)

    assert (failure.kind, failure.delivered) == (FailureKind.REDIRECTED, Delivered.YES)
    assert "word" not in failure.detail


SECRETS = (
    ("Authorization", "Bearer hidden"),
    ("Cookie", "session=hidden"),
    ("X-Api-Key", "hidden"),
    ("Idempotency-Key", "hidden"),
    ("Accept", "application/json"),
)


async def test_credentials_do_not_follow_to_another_origin(calls: "Calls", serve: "Serve") -> None:
    other = await serve()
    server = await serve(redirecting(other.url("/end")))

    await calls.send(server.url(), headers=SECRETS, body=b"hidden", max_redirects=1)

    assert b"hidden" in server.requests[0]
    assert b"hidden" not in other.requests[0]
    assert b"Accept: application/json" in other.requests[0]


async def test_credentials_stay_with_the_same_origin(calls: "Calls", serve: "Serve") -> None:
    server = await serve(redirecting("/end"))

    await calls.send(server.url(), headers=SECRETS, max_redirects=1)

    assert b"Bearer hidden" in server.requests[1]


async def test_the_total_time_covers_every_hop(calls: "Calls", serve: "Serve") -> None:
    async def script(wire: "Wire") -> None:
        while True:
            await wire.request()
            await asyncio.sleep(0.03)
            await wire.send(b"HTTP/1.1 302 On\r\nLocation: /on\r\nContent-Length: 0\r\n\r\n")

    server = await serve(script)
    timeouts = Timeouts(total=timedelta(milliseconds=100))

    failure = await calls.fail(server.url(), max_redirects=1000, timeouts=timeouts)

    assert failure.kind is FailureKind.SLOW
