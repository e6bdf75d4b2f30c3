"""Every fault kind over a real socket: what the caller sees, and whether the write was applied."""

import asyncio
import time
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from tieline_sim.faults import ANSWER_KINDS, SENDER_KINDS

ENTRY = {"ref": "ord-1", "cents": 500}
BROKEN = (aiohttp.ClientError, TimeoutError)


@pytest.fixture
async def books(open_vendor: Any) -> Any:
    return await open_vendor("books")


async def post(books: Any, key: str = "k-1") -> Any:
    return await books.ask("POST", "/entries", ENTRY, Idempotency_Key=key)


async def test_a_scripted_status_applies_nothing(books: Any) -> None:
    await books.script("status", status=503, retry_after_seconds=7)

    answer = await post(books)

    assert (answer.status, answer.headers["Retry-After"]) == (503, "7")
    assert await books.counts("applied", "faults") == (0, {"status": 1})
    assert (await post(books)).status == 201


async def test_retry_after_may_be_a_date(books: Any) -> None:
    await books.script("status", status=429, retry_after_seconds=60, retry_after_format="date")

    wish = parsedate_to_datetime((await post(books)).headers["Retry-After"])

    assert 0 < wish.timestamp() - time.time() <= 61


async def test_a_status_may_hide_that_the_write_was_applied(books: Any) -> None:
    await books.script("status", status=500, apply=True)

    first, retried = await post(books), await post(books)

    assert (first.status, retried.headers["Idempotent-Replayed"]) == (500, "true")
    assert await books.counts("effects", "double_effects", "replayed") == (1, 0, 1)


async def test_a_hang_says_nothing_and_applies_nothing(books: Any) -> None:
    await books.script("hang", seconds=0.05)

    with pytest.raises(aiohttp.ServerDisconnectedError):
        await post(books)

    assert await books.counts("applied") == (0,)


async def test_a_caller_may_leave_a_hanging_vendor(books: Any) -> None:
    await books.script("hang")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(post(books), 0.05)

    assert (await post(books)).status == 201


@pytest.mark.parametrize("drip_bytes", [0, 40])
async def test_a_slow_answer_arrives_whole(books: Any, drip_bytes: int) -> None:
    await books.script("slow", seconds=0.02, drip_bytes=drip_bytes, drip_seconds=0.001)

    answer = await post(books)

    assert (answer.status, answer.json["ref"]) == (201, "ord-1")
    assert await books.counts("effects") == (1,)


@pytest.mark.parametrize(("kind", "replayed"), [("reset_before", 0), ("reset_after", 1)])
async def test_after_a_reset_the_same_key_makes_one_effect(
    books: Any, kind: str, replayed: int
) -> None:
    await books.script(kind)

    with pytest.raises(aiohttp.ClientError):
        await post(books)
    answer = await post(books)

    assert answer.status == 201
    counts = await books.counts("effects", "double_effects", "replayed")
    assert counts == (1, 0, replayed)


async def test_after_reset_after_another_key_makes_a_double_effect(books: Any) -> None:
    await books.script("reset_after")

    with pytest.raises(aiohttp.ClientError):
        await post(books, "k-1")
    await post(books, "k-2")

    assert await books.counts("applied", "effects", "double_effects") == (2, 1, 1)


async def test_a_reset_is_a_reset_and_not_an_end(books: Any) -> None:
    await books.script("reset_before")
    reader, writer = await asyncio.open_connection("127.0.0.1", books.port)
    writer.write(b"POST /entries HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}")

    with pytest.raises(ConnectionResetError):
        await reader.read()

    writer.close()


async def test_close_after_closes_a_connection_it_promised_to_keep(books: Any) -> None:
    await books.script("close_after")

    reader, writer = await asyncio.open_connection("127.0.0.1", books.port)
    writer.write(b"GET /entries?ref=a HTTP/1.1\r\nhost: a\r\n\r\n")
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" not in answer


@pytest.mark.parametrize("mode", ["garbage", "truncated", "short", "long", "status_line"])
async def test_a_malformed_answer_cannot_be_read_but_was_applied(books: Any, mode: str) -> None:
    await books.script("malformed", mode=mode)

    with pytest.raises((*BROKEN, ValueError)):
        _ = (await post(books)).json

    assert await books.counts("effects") == (1,)
    assert (await post(books, "k-1")).headers["Idempotent-Replayed"] == "true"


async def test_an_expired_credential_works_again_once_it_is_rotated(open_vendor: Any) -> None:
    books = await open_vendor("books", token="old")
    await books.script("expired_credential", count=None)

    refused = [(await books.ask("GET", "/entries", Authorization="Bearer old")).status] * 2
    await books.control("POST", "rotate", {"token": "new"})

    assert refused == [401, 401]
    assert (await books.ask("GET", "/entries", Authorization="Bearer old")).status == 401
    assert (await books.ask("GET", "/entries", Authorization="Bearer new")).status == 200
    assert await books.counts("auth_failures") == (2,)


async def test_an_error_inside_a_200_applies_nothing(open_vendor: Any) -> None:
    chat = await open_vendor("chat")
    await chat.script("error_200", error="channel_is_archived")

    answer = await chat.ask("POST", "/chat.postMessage", {"channel": "C1", "text": "hi"})

    assert (answer.status, answer.json) == (200, {"ok": False, "error": "channel_is_archived"})
    assert await chat.counts("applied") == (0,)


async def test_every_kind_is_in_the_manual(pytestconfig: pytest.Config) -> None:
    manual = (pytestconfig.rootpath / "docs" / "simulators.md").read_text()

    missing = [kind for kind in (*ANSWER_KINDS, *SENDER_KINDS) if f"`{kind}`" not in manual]

    assert missing == []
