"""Uses: the connections of a flow are found by looking at its code, not by running it."""

from functools import partial

from tieline import Hub
from tieline.authoring.declaration import uses_of
from tieline.connectors import acme_books, acme_crm, slack

hub = Hub("acme")
books = hub.connect("books", acme_books)
crm = hub.connect("crm", acme_crm)
chat = hub.connect("chat", slack)


async def direct() -> None:
    await books.get("/entries")


async def through_a_function() -> None:
    await say("hello")


async def say(text: str) -> None:
    await chat.post("/chat.postMessage", json={"text": text}, confirm=partial(find, text))


async def find(text: str) -> object:
    found = await crm.get(f"/contacts/{text}")
    await say(text)
    return found.json()


async def inside_another() -> None:
    async def one(name: str) -> None:
        await crm.get(f"/contacts/{name}")

    await one("ada")


async def nothing() -> None:
    uses_of(direct)


def names(function: object) -> list[str]:
    return sorted(connection.name for connection in uses_of(function))  # type: ignore[arg-type]


def test_a_connection_that_a_flow_mentions_is_found() -> None:
    assert names(direct) == ["books"]


def test_a_connection_that_its_functions_mention_is_found_even_if_they_call_each_other() -> None:
    assert names(through_a_function) == ["chat", "crm"]


def test_a_connection_in_an_inner_function_is_found() -> None:
    assert names(inside_another) == ["crm"]


def test_functions_of_other_modules_are_not_followed() -> None:
    assert names(nothing) == ["books"]


def test_a_connection_of_an_enclosing_function_is_found() -> None:
    own = hub.connect("own", acme_books)

    async def flow() -> None:
        await own.get("/entries")

    assert names(flow) == ["own"]
