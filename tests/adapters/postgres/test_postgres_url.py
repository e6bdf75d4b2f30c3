"""Url: what names a store is read or refused in words, and its password is never shown."""

from urllib.parse import urlsplit, urlunsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests import postgres_server
from tests.ports import free_port

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.database import PostgresDatabase
from tieline.adapters.postgres.url import parse, where_of
from tieline.model.base.errors import SettingsError, StoreError, StoreLost
from tieline.rules.privacy.address import shown

MARK = "hunter2"
SIDE = st.text(st.sampled_from("#/?@:&=%[],. a1é\\"), max_size=6) | st.text(max_size=6)
ADDRESSES = (
    "postgresql://hub:{}@db.example/hub",
    "postgres://hub:{}@one.example:5432,two.example/hub?sslmode=require",
    "postgresql://:{}@db.example",
    "postgresql://hub:{}@/hub?host=/run/pg",
)


@pytest.mark.parametrize("address", ADDRESSES)
@example(before="", after="?w")
@example(before="", after="#w")
@example(before="p/", after="")
@example(before="p@", after="@")
@given(before=SIDE, after=SIDE)
def test_a_password_is_in_nothing_that_is_said(address: str, before: str, after: str) -> None:
    text = address.format(f"{before}{MARK}{after}")

    assert MARK not in shown(text)
    try:
        assert MARK not in parse(text).shown
    except SettingsError as error:
        assert MARK not in str(error)  # noqa: PT017 - either is right, and neither may show it


@pytest.mark.parametrize("mark", ["?", "#", "/"])
def test_a_password_that_is_not_encoded_is_refused_in_words(mark: str) -> None:
    with pytest.raises(SettingsError, match="%23 %2F %3F %40"):
        parse(f"postgresql://hub:hunt{mark}er2@db.example/hub")


def test_a_password_that_is_encoded_is_taken() -> None:
    assert "hunt%23er2" in parse("postgresql://hub:hunt%23er2@db.example/hub").dsn


@pytest.mark.parametrize("text", ["postgresql://hub:hunter2/hub", "postgresql://hub:hunter2"])
def test_a_password_before_a_forgotten_host_is_not_shown(text: str) -> None:
    with pytest.raises(SettingsError, match="a port is 1 to 65535") as refused:
        parse(text)

    assert MARK not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://db.example:77777/hub",
        "postgresql://db.example:0/hub",
        "postgresql://one.example:5432,two.example:77777/hub",
        "postgresql:///hub?host=db.example&port=77777",
        "postgresql://[::1]:77777/hub",
    ],
)
def test_a_port_that_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="a port is 1 to 65535"):
        parse(text)


@pytest.mark.parametrize("host", ["[::1]", "[::1]:5432", "db.example:65535", ""])
def test_a_server_may_have_a_port_or_none(host: str) -> None:
    assert host in parse(f"postgresql://hub:pw@{host}/hub").dsn


@pytest.mark.parametrize(
    ("key", "meant"),
    [("conections", "connections"), ("hint", "hints"), ("statment_cache_size", "statement_cache")],
)
def test_a_key_that_is_nearly_ours_is_refused(key: str, meant: str) -> None:
    with pytest.raises(SettingsError, match=f"'{key}'; did you mean {meant}"):
        parse(f"postgresql://db.example/hub?{key}=2")


@pytest.mark.parametrize("key", ["sslmode", "search_path", "statement_timeout", "host", "work_mem"])
def test_keys_of_the_driver_and_the_server_are_handed_on(key: str) -> None:
    assert f"{key}=1" in parse(f"postgresql://db.example/hub?{key}=1").dsn


@pytest.mark.parametrize(
    "setting", ["colour=red", "work_mem=red", "max_connections=5", "wal_level=minimal"]
)
async def test_a_setting_that_the_server_does_not_take_is_named(url: str, setting: str) -> None:
    key = setting.partition("=")[0]
    mark = "&" if "?" in url else "?"

    with pytest.raises(StoreError, match=f"{setting}.* behind the .*{key}") as refused:
        await PostgresConnection.dial(parse(f"{url}{mark}{setting}"))

    assert not isinstance(refused.value, StoreLost)


async def test_a_server_that_was_never_there_is_not_gone() -> None:
    place = parse(f"postgresql://hub:hunter2@127.0.0.1:{free_port()}/hub")

    with pytest.raises(StoreLost, match=r"cannot be reached: .*is the server running at") as lost:
        await PostgresConnection.dial(place)

    assert MARK not in str(lost.value)


def test_an_address_without_a_server_says_where_it_leads() -> None:
    assert "localhost:5432" in where_of(parse("postgresql://").dsn)
    assert where_of(parse("postgresql:///hub?host=/run/pg").dsn) == "at /run/pg"


async def test_a_missing_right_is_named_with_the_user(url: str) -> None:
    server, parts = postgres_server.shared(), urlsplit(url)
    database = parts.path.strip("/")
    role = f"meek_{database}"
    for text in (
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "GRANT USAGE ON SCHEMA public TO public",
        f"CREATE ROLE {role} LOGIN PASSWORD '{MARK}'",
    ):
        await server.ask(text, database)
    host = parts.netloc.rpartition("@")[2]
    meek = urlunsplit(parts._replace(netloc=f"{role}:{MARK}@{host}"))

    with pytest.raises(StoreError, match=f"GRANT USAGE, CREATE ON SCHEMA public TO {role}"):
        await PostgresDatabase.open(meek)
    await server.ask(f"DROP ROLE {role}")
