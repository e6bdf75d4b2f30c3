"""Wiring of the watch: where the metrics alone may be served."""

import pytest

from tieline.compose.watch import check
from tieline.model.base.errors import SettingsError
from tieline.settings.settings import Settings


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hub.internal"])
def test_metrics_that_others_reach_need_an_explicit_word(host: str) -> None:
    with pytest.raises(SettingsError, match="metrics_insecure = true") as raised:
        check(Settings(metrics_host=host, metrics_port=9100))

    assert f"metrics_host is {host!r}" in str(raised.value)
    check(Settings(metrics_host=host, metrics_port=9100, metrics_insecure=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_on_the_loopback_interface_nothing_more_is_asked(host: str) -> None:
    check(Settings(metrics_host=host, metrics_port=9100))
