"""Wiring of the console: where it may listen, and what it tells people."""

from pathlib import Path

import pytest

from tieline import Hub
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.fixed import FixedVault
from tieline.compose.console import address, check, policy
from tieline.compose.parts import ProcessPorts, assemble
from tieline.compose.store import open_file
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.role import ProcessRole
from tieline.ports.crash_points import go_on
from tieline.settings.settings import Settings

TLS = {"console_cert": "cert.pem", "console_key": "key.pem"}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hub.internal", "192.0.2.7"])
def test_off_the_loopback_interface_it_needs_tls_or_an_explicit_word(host: str) -> None:
    with pytest.raises(SettingsError, match="console_insecure = true"):
        check(Settings(console_host=host))

    check(Settings(console_host=host, **TLS))
    check(Settings(console_host=host, console_insecure=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_on_the_loopback_interface_nothing_more_is_asked(host: str) -> None:
    check(Settings(console_host=host))


@pytest.mark.parametrize("half", list(TLS))
def test_a_certificate_needs_its_key(half: str) -> None:
    with pytest.raises(SettingsError, match="set both or none"):
        check(Settings(**{half: "x.pem"}))


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        (Settings(), "http://127.0.0.1:8081/"),
        (Settings(console_host="::1"), "http://[::1]:8081/"),
        (Settings(**TLS), "https://127.0.0.1:8081/"),
        (Settings(console_url="https://hub.acme.example"), "https://hub.acme.example/"),
    ],
)
def test_people_are_told_an_address_that_they_can_open(settings: Settings, shown: str) -> None:
    assert address(settings, 8081) == shown


def test_cookies_are_secure_where_browsers_come_over_tls() -> None:
    assert not policy(Settings()).is_secure
    assert policy(Settings(**TLS)).is_secure
    assert policy(Settings(console_url="https://hub.acme.example")).is_secure
    assert policy(Settings(console_url="https://hub.acme.example")).hosts >= {"hub.acme.example"}


# --- the webhook door -----------------------------------------------------------------------------


async def a_door(settings: Settings, tmp_path: Path) -> None:
    outside = ProcessPorts(FixedVault({}), CountingObserver(), SystemClock(), SystemIds(), go_on)
    store = open_file(str(tmp_path / "tieline.db"))
    try:
        assemble(Hub("acme").spec(), settings, outside, store)
    finally:
        await store.journal.close()
        await store.views.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5"])
async def test_a_door_that_others_reach_needs_a_word_about_tls(host: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="insecure = true"):
        await a_door(Settings(host=host), tmp_path)

    await a_door(Settings(host=host, public_url="https://hooks.acme.example"), tmp_path)
    await a_door(Settings(host=host, insecure=True), tmp_path)
    await a_door(Settings(host=host, roles=(ProcessRole.WORKER, ProcessRole.SCHEDULER)), tmp_path)


async def test_a_door_behind_plain_http_has_said_nothing_of_tls(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="insecure = true"):
        await a_door(Settings(host="0.0.0.0", public_url="http://hooks.acme.example"), tmp_path)
