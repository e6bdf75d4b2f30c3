"""Plain tests and scripts: the same flows and connections, without an engine."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import pytest
from tests.engine import DROP, Answer, Town, Vendor, a_town, a_vendor

import tieline
import tieline.testing
from tieline import CallFailed, CallRefused, Contract, HttpAnswer, Key, Run
from tieline.model.base.errors import DeclarationError, NoCaller, SettingsError
from tieline.model.calls.call import Call
from tieline.testing import answer


class Posted(Contract, name="posted", version=1):
    ref: Annotated[str, Key]


def a_flow(town: Town) -> Any:
    books = town.books

    @town.hub.flow(on=town.on())
    async def post(order: dict[str, Any], run: Run) -> None:
        entry = await books.post("/entries", json={"ref": order["ref"]})
        run.refer(entry=entry.json()["id"])
        total = await run.step("add", lambda: 1 + 1)
        await run.sleep(timedelta(hours=1))
        await run.emit("posted", {"ref": order["ref"], "total": total})
        run.refer(at=run.now().isoformat())

    @town.hub.flow(on=town.hub.topic("posted", contract=Posted))
    async def hears(posted: Posted) -> None: ...

    return post


async def test_a_flow_runs_in_a_plain_test_and_says_what_it_did() -> None:
    town = a_town(Vendor(port=9))
    post = a_flow(town)
    asked: list[Call] = []

    def books(call: Call) -> Any:
        asked.append(call)
        return answer(201, {"id": "e_1"}, location="/entries/e_1")

    at = datetime(2026, 1, 1, tzinfo=UTC)
    async with tieline.testing.plain(town.hub, answers={"books": books}, at=at) as run:
        await post({"ref": "r"}, run)

    assert [(name, call.method, call.path) for name, call in run.calls] == [
        ("books", "POST", "/entries")
    ]
    assert run.steps == ["add"]
    assert run.slept == [timedelta(hours=1)]
    assert run.emitted == [("posted", {"ref": "r", "total": 2})]
    assert run.references == [("entry", "e_1"), ("at", "2026-01-01T01:00:00+00:00")]
    assert len(asked) == 1


async def test_what_is_emitted_must_fit_whoever_listens_in_a_plain_test_too() -> None:
    town = a_town(Vendor(port=9))
    a_flow(town)

    async with tieline.testing.plain(town.hub) as run:
        with pytest.raises(
            ValueError, match="'posted' does not fit posted@1: ref: Input should be"
        ):
            await run.emit("posted", {"ref": 7})
    assert run.emitted == []


@pytest.mark.parametrize(("status", "error"), [(422, CallRefused), (503, ConnectionError)])
async def test_an_answer_that_is_no_yes_is_raised_in_a_plain_test(
    status: int, error: type[Exception]
) -> None:
    town = a_town(Vendor(port=9))
    post = a_flow(town)

    async with tieline.testing.plain(town.hub, answers={"books": lambda _: answer(status)}) as run:
        with pytest.raises(error):
            await post({"ref": "r"}, run)


async def test_a_plain_test_may_really_call() -> None:
    async with a_vendor() as vendor:
        town = a_town(Vendor(port=9))
        post = a_flow(town)
        async with tieline.testing.plain(town.hub, base_urls={"books": vendor.url}) as run:
            await post({"ref": "r"}, run)

        assert vendor.paths() == ["/entries"]


@pytest.mark.parametrize(
    ("path", "called"),
    [
        ("/entries", "/entries?page=2"),
        ("/entries?limit=5", "/entries?limit=5&page=2"),
        ("/entries?", "/entries?page=2"),
        ("/entries?limit=5&", "/entries?limit=5&page=2"),
    ],
)
async def test_parameters_stand_behind_what_the_query_has_already(path: str, called: str) -> None:
    town = a_town(Vendor(port=9))
    asked: list[str] = []

    def books(call: Call) -> HttpAnswer:
        asked.append(call.path)
        return answer()

    async with tieline.testing.plain(town.hub, answers={"books": books}):
        await town.books.get(path, params={"page": 2})

    assert asked == [called]


async def test_what_would_silently_not_be_sent_is_refused() -> None:
    town = a_town(Vendor(port=9))

    async with tieline.testing.plain(town.hub, answers={"books": lambda _: answer()}):
        with pytest.raises(ValueError, match=r"path '/entries/a#…' has a '#'.*write %23"):
            await town.books.get("/entries/a#secret")
        await town.books.get("/entries/{ref}", values={"ref": "a#b"})


async def test_what_json_cannot_say_is_not_sent_as_something_else() -> None:
    town = a_town(Vendor(port=9))

    async with tieline.testing.plain(town.hub, answers={"books": lambda _: answer()}) as run:
        with pytest.raises(ValueError, match=r"json cannot be sent: \$\.rate is nan"):
            await town.books.post("/entries", json={"rate": float("nan"), "note": None})
        await town.books.post("/entries", json={"rate": None})
        with pytest.raises(ValueError, match="JSON has no form for set"):
            await run.step("mine", lambda: {1})


async def test_a_plain_test_knows_the_hubs_connections() -> None:
    town = a_town(Vendor(port=9))

    with pytest.raises(SettingsError, match="the hub has books, chat, shop"):
        async with tieline.testing.plain(town.hub, answers={"boks": lambda _: answer()}):
            pass


async def test_a_connection_that_is_called_nowhere_says_where_it_can_be() -> None:
    town = a_town(Vendor(port=9))

    with pytest.raises(NoCaller) as raised:
        await town.books.get("/entries")

    assert str(raised.value) == (
        "connection 'books' was called outside a flow; "
        "in a test, enter tieline.testing.plain(hub); in a script, tieline.session(hub)"
    )


async def test_a_session_calls_with_credentials_and_once() -> None:
    async with a_vendor() as vendor:
        hub = tieline.Hub("script")
        books = hub.connect(
            "books",
            tieline.Connector("books", idempotency_header="Idempotency-Key"),
            base_url=vendor.url,
            credential="books-live",
            allow=("127.0.0.1",),
        )
        secrets = {"TIELINE_SECRET_BOOKS_LIVE": "s3cret"}
        async with tieline.session(hub, environment=secrets):
            got = await books.post("/entries", json={"ref": "r"})

        assert got.json() == {"id": "id_1"}
        assert vendor.asked[0].headers["authorization"] == "Bearer s3cret"
        assert vendor.asked[0].key
        with pytest.raises(NoCaller):
            await books.get("/entries")


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (Answer(422), CallRefused),
        (Answer(503), CallFailed),
        (DROP, CallFailed),
        (Answer(401), CallFailed),
    ],
)
async def test_a_session_raises_what_is_no_yes_and_repeats_nothing(
    given: Answer, error: type[CallFailed]
) -> None:
    async with a_vendor() as vendor:
        town = a_town(vendor)
        vendor.answers = [given]
        async with tieline.session(town.hub):
            with pytest.raises(error):
                await town.books.post("/entries", json={})

        assert len(vendor.asked) == 1


async def test_a_session_checks_the_hub_first() -> None:
    with pytest.raises(DeclarationError):
        async with tieline.session(tieline.Hub("My Hub")):
            pass


def test_asking_for_what_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sessions'"):
        _ = tieline.sessions
