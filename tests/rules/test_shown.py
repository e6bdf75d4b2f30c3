"""An address is shown without its password."""

import pytest

from tieline.rules.shown import shown


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("tieline.db", "tieline.db"),
        ("/var/lib/hub@home/tieline.db", "/var/lib/hub@home/tieline.db"),
        ("sqlite:////var/lib/tieline.db", "sqlite:////var/lib/tieline.db"),
        ("postgresql://db.example/hub", "postgresql://db.example/hub"),
        ("postgresql://ann@db.example/hub", "postgresql://ann@db.example/hub"),
        ("postgresql://ann:s3cret@db.example:5432/hub", "postgresql://ann@db.example:5432/hub"),
        ("postgresql://ann:s3@cret@db.example/hub", "postgresql://ann@db.example/hub"),
        (
            "postgresql:///hub?host=/run/pg&password=s3cret&sslmode=require",
            "postgresql:///hub?host=/run/pg&password=…&sslmode=require",
        ),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, wanted: str) -> None:
    assert shown(address) == wanted
