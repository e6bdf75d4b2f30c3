"""Place: settings say where a connection's system is here, whatever the hub's code says."""

from datetime import timedelta
from pathlib import Path

import pytest

from tieline.compose.hub_file import load_hub
from tieline.model.base.errors import SettingsError, TielineError
from tieline.model.hub.flow import HubSpec
from tieline.settings.settings import load

HUB = """
from tieline import Hub
from tieline.connectors import acme_books

hub = Hub("acme")
books = hub.connect("books", acme_books, allow=("books.internal",))
crm = hub.connect("crm", acme_books)


@hub.flow(on=hub.topic("anything"))
async def post(payload: object) -> None:
    await books.post("/entries", json=payload)
"""


def write(folder: Path, toml: str) -> None:
    (folder / "placed_hub.py").write_text(HUB, encoding="utf-8")
    hub = f'hub = "{folder / "placed_hub.py"}:hub"\n'
    (folder / "tieline.toml").write_text(hub + toml, encoding="utf-8")


def start(folder: Path) -> HubSpec:
    settings = load(folder=folder, environment={})
    return load_hub(settings.hub, settings.connections)


def test_settings_move_a_connection_and_leave_the_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        '[connections.books]\nbase_url = "http://127.0.0.1:9101/"\nallow = ["127.0.0.1"]\n'
        "attempts = 3\nfirst_wait_seconds = 0.2\nlongest_wait_seconds = 2\n",
    )
    spec = start(tmp_path)

    books, crm = spec.connections["books"], spec.connections["crm"]
    assert books.base_url == "http://127.0.0.1:9101"
    assert books.egress.allow == ("books.internal", "127.0.0.1")
    assert (books.retry.attempts, books.retry.first) == (3, timedelta(seconds=0.2))
    assert books.retry.cap == timedelta(seconds=2)
    assert crm.base_url == "https://api.acme-books.example"
    assert crm.retry.attempts == 8


def test_flows_call_where_the_settings_say(tmp_path: Path) -> None:
    write(tmp_path, '[connections.books]\nbase_url = "http://127.0.0.1:9101"\n')
    spec = start(tmp_path)

    called = spec.flows["post"].function.__globals__["books"]
    assert called.spec is spec.connections["books"]


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ('[connections.book]\nbase_url = "http://x.example"\n', "the hub has books, crm"),
        ('[connections.books]\nurl = "http://x.example"\n', "the settings are: base_url, allow"),
        ("[connections.books]\nattempts = 0\n", "connections.books.attempts is 0"),
        ('[connections.books]\nbase_url = "books"\n', "base_url is 'books'"),
        ("[connections.books]\nlongest_wait_seconds = 0.1\n", "retry cap"),
    ],
)
def test_what_cannot_be_is_refused_with_its_name_and_what_would_be_right(
    tmp_path: Path, toml: str, words: str
) -> None:
    write(tmp_path, toml)
    with pytest.raises(TielineError) as caught:
        start(tmp_path)
    assert words in str(caught.value)


def test_a_variable_cannot_hold_connections(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TIELINE_CONNECTIONS"):
        load(folder=tmp_path, environment={"TIELINE_CONNECTIONS": "books"})
