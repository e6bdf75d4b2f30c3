"""Store name: one text names a file or a database; a slip in it names neither."""

from pathlib import Path

import pytest

from tieline.model.base.errors import SettingsError
from tieline.rules.store.name import file_of, is_postgres


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("tieline.db", "tieline.db"),
        ("/var/lib/tieline.db", "/var/lib/tieline.db"),
        ("sqlite:///tieline.db", "tieline.db"),
        ("sqlite:////var/lib/tieline.db", "/var/lib/tieline.db"),
        ("./odd:name.db", "odd:name.db"),
        ("sqlite:///odd:name.db", "odd:name.db"),
    ],
)
def test_a_file_is_named_by_its_path_or_a_url(text: str, path: str) -> None:
    assert not is_postgres(text)
    assert file_of(text) == Path(path)


@pytest.mark.parametrize(
    "text",
    [
        "mysql://ann:s3cret@db.example/hub",
        "postgres:/ann:s3cret@db.example/hub",
        "postgresql:ann:s3cret@db.example/hub",
        "Postgresql://ann:s3cret@db.example/hub",
        " postgresql://ann:s3cret@db.example/hub",
        "ann:s3cret@db.example/hub",
        "sqlite://tieline.db",
        "sqlite:tieline.db",
        "sqlite:///",
        "",
        " ",
    ],
)
def test_what_is_no_store_is_refused_without_showing_its_secret(text: str) -> None:
    with pytest.raises(SettingsError, match="use the path of a file") as refused:
        is_postgres(text)

    assert "s3cret" not in str(refused.value)


def test_a_server_is_no_file() -> None:
    with pytest.raises(SettingsError, match="name a file"):
        file_of("postgresql://ann:s3cret@db.example/hub")
