"""Wiring of authorities: a file that cannot be used is told at start, not by the first call."""

from pathlib import Path

import pytest

from tieline.compose.tls_check import authorities
from tieline.model.base.errors import SettingsError
from tieline.settings.settings import Settings


def test_a_file_of_authorities_is_read_at_start(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("no certificate")

    assert authorities(Settings()) is None
    with pytest.raises(SettingsError, match=r"ca_file is '.*none.pem'; there is no such file"):
        authorities(Settings(ca_file=str(tmp_path / "none.pem")))
    with pytest.raises(SettingsError, match="give certificates as PEM"):
        authorities(Settings(ca_file=str(empty)))
