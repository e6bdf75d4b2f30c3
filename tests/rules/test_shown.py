"""An address is shown without its password."""

import pytest

from tieline.rules.privacy.address import shown


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
        ("postgresql://ann:s3#c/r?et@db.example/hub", "postgresql://ann@db.example/hub"),
        ("postgresql://ann:s3cret/hub", "postgresql://ann:…/hub"),
        ("postgresql://[::1]:5432/hub", "postgresql://[::1]:5432/hub"),
        ("postgresql://one:5432,two:5433/hub", "postgresql://one:5432,two:5433/hub"),
        ("postgres:/ann:s3cret@db.example/hub", "postgres:/ann@db.example/hub"),
        ("postgresql:///hub?p%61ssword=s3cret", "postgresql:///hub?p%61ssword=…"),
        ("postgresql:///hub?password=s3&cret&a=1", "postgresql:///hub?password=…&a=1"),
    ],
)
def test_an_address_is_shown_without_its_password(address: str, wanted: str) -> None:
    assert shown(address) == wanted
