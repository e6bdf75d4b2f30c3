"""Settings: where values come from, which wins, and what is said of those that cannot be used."""

from pathlib import Path
from typing import Any

import pytest

from tieline.model.base.errors import SettingsError, SettingsMistakes
from tieline.settings.settings import Settings, load


def loaded(folder: Path, toml: str = "", **variables: str) -> Settings:
    if toml:
        (folder / "tieline.toml").write_text(toml, encoding="utf-8")
    return load(folder=folder, environment=variables)


def refused(folder: Path, toml: str = "", **variables: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        loaded(folder, toml, **variables)
    return caught.value


def test_without_a_word_everything_is_at_its_default(tmp_path: Path) -> None:
    assert loaded(tmp_path) == Settings()


def test_the_command_line_wins_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "tieline.toml").write_text('port = 1\nhost = "a"\nstore = "file.db"')
    environment = {"TIELINE_PORT": "2", "TIELINE_HOST": "b"}

    settings = load({"port": 3, "host": None}, folder=tmp_path, environment=environment)

    assert (settings.port, settings.host, settings.store) == (3, "b", "file.db")


def test_an_empty_variable_is_not_set(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "port = 1", TIELINE_PORT="", TIELINE_PUBLIC_URL="")

    assert (settings.port, settings.public_url) == (1, None)


def test_variables_of_secrets_and_tests_are_no_settings(tmp_path: Path) -> None:
    loaded(tmp_path, TIELINE_SECRET_PORT="x", TIELINE_TEST_PORT="y", PORT="z")


def test_a_connection_may_be_placed_elsewhere(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path, '[connections.billing]\nbase_url = "https://sandbox.example"\nallow = ["a"]'
    )

    assert settings.connections["billing"].base_url == "https://sandbox.example"
    assert settings.connections["billing"].allow == ("a",)


@pytest.mark.parametrize("written", ["worker, ingest", "ingest,worker"])
def test_roles_come_in_one_text_and_any_order(tmp_path: Path, written: str) -> None:
    assert loaded(tmp_path, TIELINE_ROLES=written).roles == ("ingest", "worker")


def test_roles_may_be_a_list(tmp_path: Path) -> None:
    assert loaded(tmp_path, 'roles = ["console", "worker"]').roles == ("worker", "console")
    refused(tmp_path, "roles = []")
    refused(tmp_path, "roles = [1]")


BAD: list[tuple[str, object, str]] = [
    ("roles", "ingest,wroker", "some of ingest, worker, scheduler, console, with commas"),
    (
        "roles",
        "worker,worker",
        "some of ingest, worker, scheduler, console, with commas between them, each once",
    ),
    ("roles", ",", "some of ingest, worker, scheduler, console, with commas"),
    ("port", 65_536, "a whole number from 0 up to 65535"),
    ("port", -1, "a whole number from 0 up to 65535"),
    ("port", "eighty", "a whole number from 0 up to 65535"),
    ("port", 80.5, "a whole number from 0 up to 65535"),
    ("port", True, "a whole number from 0 up to 65535"),
    ("at_once", 0, "a whole number from 1 up to 100000"),
    ("max_waiting", 0, "a whole number from 1"),
    ("max_connections", 0, "a whole number from 1"),
    ("request_seconds", 0, "a number above 0"),
    ("idle_seconds", float("nan"), "a number above 0"),
    ("shutdown_seconds", -0.1, "a number from 0"),
    ("shutdown_seconds", float("inf"), "a number from 0"),
    ("keep_payloads_days", 0, "a number above 0 up to 36500"),
    ("dedupe_days", 1e300, "a number above 0 up to 36500"),
    ("host", "", "an address, such as 127.0.0.1"),
    ("store", 5, "the path of a file"),
    ("store", " ", "the path of a file"),
    ("hub", [], "file.py:name or module:name"),
    ("public_url", "hooks.acme.example", "the start of a URL, such as https://hooks.acme.example"),
    ("public_url", "ftp://a.example", "the start of a URL, such as https://hooks.acme.example"),
    ("public_url", "https://a.example?x=1", "the start of a URL"),
    ("public_url", "https://", "the start of a URL"),
    ("secrets_folder", 7, "a text"),
    ("connections", "billing", "a table for each, [connections.<name>]"),
]


@pytest.mark.parametrize(("name", "value", "wanted"), BAD)
def test_a_bad_value_is_named_with_its_origin_and_what_would_be_right(
    tmp_path: Path, name: str, value: object, wanted: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        load({name: value}, folder=tmp_path, environment={})

    message = str(caught.value)
    assert message.startswith(f"{name} is {value!r}; use {wanted}")
    assert message.endswith("(the command line sets it)")
    assert (caught.value.name, caught.value.value) in [(name, value), (name, caught.value.value)]


def test_the_origin_of_a_bad_value_is_its_file_or_its_variable(tmp_path: Path) -> None:
    in_the_file = refused(tmp_path, "port = 99999")
    in_a_variable = refused(tmp_path, "port = 1", TIELINE_PORT="many")

    assert f"({tmp_path / 'tieline.toml'} sets it)" in str(in_the_file)
    assert str(in_a_variable).startswith("port is 'many'; use a whole number")
    assert "(the variable TIELINE_PORT sets it)" in str(in_a_variable)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    toml = 'port = -1\nat_once = "many"\nunheard_of = 1\n[connections.billing]\nattempts = 0\n'

    error = refused(tmp_path, toml, TIELINE_DEDUPE_DAYS="soon")

    assert isinstance(error, SettingsMistakes)
    assert {mistake.name for mistake in error.mistakes} == {
        "port",
        "at_once",
        "unheard_of",
        "connections.billing.attempts",
        "dedupe_days",
    }
    assert str(error).startswith("5 settings cannot be used:\n  - ")
    assert all(str(mistake) in str(error) for mistake in error.mistakes)


@pytest.mark.parametrize(
    ("toml", "variables", "name", "said"),
    [
        ("prot = 1", {}, "prot", "did you mean port?"),
        ("", {"TIELINE_PORTS": "1"}, "ports", "the variable TIELINE_PORTS sets it"),
        ("zzzzz = 1", {}, "zzzzz", "the settings are: hub, store"),
        ("[connections.a]\nbase_ulr = 'x'", {}, "connections.a.base_ulr", "did you mean base_url?"),
    ],
)
def test_an_unknown_setting_is_a_mistake(
    tmp_path: Path, toml: str, variables: dict[str, str], name: str, said: str
) -> None:
    error = refused(tmp_path, toml, **variables)

    assert error.name == name
    assert said in str(error)


@pytest.mark.parametrize(
    ("toml", "variables"),
    [
        ('stripe_signing = "whsec_5"', {}),
        ("", {"TIELINE_SECRETS_STRIPE": "whsec_5"}),
        ('[connections.billing]\ntoken = "whsec_5"', {}),
        ('public_url = "https://user:whsec_5@hooks.example"', {}),
    ],
)
def test_a_misplaced_secret_is_not_repeated(
    tmp_path: Path, toml: str, variables: dict[str, str]
) -> None:
    error = refused(tmp_path, toml, **variables)

    assert "whsec_5" not in str(error)
    assert "whsec_5" not in repr(error.value)


@pytest.mark.parametrize(
    "content", [b"port = ", b"port = 1\nport = 2", b"\xff\xfe", b"[a", b"port: 1"]
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tieline.toml").write_bytes(content)

    error = refused(tmp_path)

    assert error.name == str(tmp_path / "tieline.toml")
    assert "it is no TOML" in str(error)


def test_a_byte_order_mark_does_not_matter(tmp_path: Path) -> None:
    assert loaded(tmp_path, "\ufeffport = 1").port == 1


def test_nothing_of_pydantic_leaks_through(tmp_path: Path) -> None:
    for name, value, _ in BAD:
        with pytest.raises(SettingsError) as caught:
            load({name: value}, folder=tmp_path, environment={})

        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__ or caught.value.__context__ is None
        for word in ("pydantic", "Input should", "validation error", "type="):
            assert word not in str(caught.value)


def test_settings_cannot_be_changed_once_they_are_read(tmp_path: Path) -> None:
    settings: Any = loaded(tmp_path)

    with pytest.raises(ValueError, match="frozen"):
        settings.port = 1


@pytest.mark.parametrize(
    ("given", "at"),
    [
        ({}, 8081),
        ({"port": 9000}, 9001),
        ({"port": 0}, 0),
        ({"port": 65_535}, 0),
        ({"port": 0, "console_port": 9100}, 9100),
        ({"console_port": 0}, 0),
    ],
)
def test_the_console_is_beside_the_door_unless_told_otherwise(
    given: dict[str, int], at: int
) -> None:
    assert Settings(**given).console_at == at


@pytest.mark.parametrize(("text", "is_on"), [("true", True), ("TRUE", True), ("false", False)])
def test_a_switch_is_written_as_a_word_in_the_environment(
    tmp_path: Path, text: str, is_on: bool
) -> None:
    assert loaded(tmp_path, TIELINE_CONSOLE_INSECURE=text).console_insecure is is_on
    assert loaded(tmp_path, f"insecure = {text.lower()}").insecure is is_on
    assert loaded(tmp_path, f"metrics_insecure = {text.lower()}").metrics_insecure is is_on


@pytest.mark.parametrize("value", ["1", '"yes"', "0.0", "[]"])
def test_a_switch_is_nothing_but_true_or_false(tmp_path: Path, value: str) -> None:
    assert "use true or false" in str(refused(tmp_path, f"console_insecure = {value}"))


def test_which_hub_the_command_line_talks_to_is_no_setting_of_a_hub(tmp_path: Path) -> None:
    loaded(tmp_path, TIELINE_URL="https://hub.acme.example", TIELINE_TOKEN="tl_x")


def test_the_address_of_a_chat_is_shown_by_no_message() -> None:
    with pytest.raises(SettingsError) as raised:
        load(environment={"TIELINE_ALERT_WEBHOOK": "chat.example/hooks/T0K3N"}, folder=Path("/"))

    assert "T0K3N" not in str(raised.value)
    assert "a URL that takes a POST" in str(raised.value)


@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("LOG_FORMAT", "yaml", "auto, json, text or none"),
        ("LOG_LEVEL", "loud", "debug, info, warning or error"),
        ("OTLP_ENDPOINT", "collector:4318", "the start of a URL"),
        ("TRACE_PERCENT", "101", "a number from 0 up to 100"),
        ("ALERT_ERROR_PERCENT", "0", "a number above 0 up to 100"),
    ],
)
def test_a_setting_of_telemetry_that_cannot_be_says_what_could(
    name: str, value: str, wanted: str
) -> None:
    with pytest.raises(SettingsError, match=wanted):
        load(environment={f"TIELINE_{name}": value}, folder=Path("/"))
