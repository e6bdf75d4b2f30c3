"""Vaults: which secrets a name has, wherever they are kept."""

import os
from pathlib import Path

import pytest

from tieline.adapters.vault.chain import VaultChain
from tieline.adapters.vault.environment import EnvironmentVault, variable
from tieline.adapters.vault.folder import FolderVault
from tieline.model.base.errors import SettingsError
from tieline.model.base.secret import Secret
from tieline.ports.vault import Vault


def revealed(vault: Vault, name: str) -> list[bytes]:
    return [secret.reveal() for secret in vault.secrets(name)]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("stripe-live", "TIELINE_SECRET_STRIPE_LIVE"),
        ("books.v2", "TIELINE_SECRET_BOOKS_V2"),
        ("a--b", "TIELINE_SECRET_A_B"),
    ],
)
def test_the_variable_of_a_secret_is_its_name_in_capitals(name: str, wanted: str) -> None:
    assert variable(name) == wanted


def test_the_environment_holds_a_secret_and_the_one_before_it() -> None:
    vault = EnvironmentVault({"TIELINE_SECRET_BILLING": "new", "TIELINE_SECRET_BILLING_OLD": "old"})

    assert revealed(vault, "billing") == [b"new", b"old"]


def test_the_old_secret_alone_is_still_one() -> None:
    vault = EnvironmentVault({"TIELINE_SECRET_BILLING_OLD": "old"})

    assert revealed(vault, "billing") == [b"old"]


@pytest.mark.parametrize("text", ["key", " key", "key\n", "\tkey \r\n"])
def test_white_space_around_a_secret_is_no_part_of_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "billing").write_text(text)

    in_a_file = FolderVault(tmp_path)
    in_a_variable = EnvironmentVault({"TIELINE_SECRET_BILLING": text})

    assert revealed(in_a_file, "billing") == revealed(in_a_variable, "billing") == [b"key"]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t\r\n"])
def test_a_blank_secret_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "billing").write_text(text)

    assert revealed(FolderVault(tmp_path), "billing") == []
    assert revealed(EnvironmentVault({"TIELINE_SECRET_BILLING": text}), "billing") == []


def test_an_unknown_name_has_no_secret(tmp_path: Path) -> None:
    vault = VaultChain(FolderVault(tmp_path), EnvironmentVault({"TIELINE_SECRET_A": "a"}))

    assert vault.secrets("b") == ()


def test_a_variable_of_another_kind_is_no_secret() -> None:
    vault = EnvironmentVault({"BILLING": "a", "SECRET_BILLING": "b", "TIELINE_BILLING": "c"})

    assert revealed(vault, "billing") == []


def test_a_variable_that_is_no_text_is_kept_to_the_byte() -> None:
    text = os.fsdecode(b"k\xffy")

    assert revealed(EnvironmentVault({"TIELINE_SECRET_BILLING": text}), "billing") == [b"k\xffy"]


def test_a_file_holds_the_newest_secret_first_and_older_ones_below(tmp_path: Path) -> None:
    (tmp_path / "billing").write_bytes(b"\xef\xbb\xbfnew \r\n\r\nolder\noldest")

    assert revealed(FolderVault(tmp_path), "billing") == [b"new", b"older", b"oldest"]


def test_a_file_may_hold_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "billing").write_bytes(b"\xff\xfe\x80\n")

    assert revealed(FolderVault(tmp_path), "billing") == [b"\xff\xfe\x80"]


def test_a_secret_may_be_behind_a_link_as_container_platforms_mount_it(tmp_path: Path) -> None:
    (tmp_path / "..data").mkdir()
    (tmp_path / "..data" / "billing").write_text("key")
    (tmp_path / "billing").symlink_to(Path("..data") / "billing")

    assert revealed(FolderVault(tmp_path), "billing") == [b"key"]


@pytest.mark.parametrize(
    "name", ["../outside", "/etc/hostname", "..", ".", ".hidden", "a/b", "a\0b", "folder", ""]
)
def test_a_name_never_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "outside").write_text("key")
    inside = tmp_path / "secrets"
    (inside / "a").mkdir(parents=True)
    (inside / "a" / "b").write_text("key")
    (inside / "folder").mkdir()
    (inside / ".hidden").write_text("key")

    assert revealed(FolderVault(inside), name) == []


def test_a_folder_that_is_none_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"secrets_folder is '.*/nowhere'; use a folder"):
        FolderVault(tmp_path / "nowhere")


def test_the_first_vault_that_knows_a_name_answers_alone(tmp_path: Path) -> None:
    (tmp_path / "billing").write_text("from the file")
    variables = {"TIELINE_SECRET_BILLING": "from the variable", "TIELINE_SECRET_BOOKS": "books"}
    vault = VaultChain(FolderVault(tmp_path), EnvironmentVault(variables))

    assert revealed(vault, "billing") == [b"from the file"]
    assert revealed(vault, "books") == [b"books"]


def test_secrets_that_did_not_change_are_the_same_object(tmp_path: Path) -> None:
    (tmp_path / "billing").write_text("key")
    vault = VaultChain(FolderVault(tmp_path))

    assert vault.secrets("billing") is vault.secrets("billing")
    assert vault.secrets("billing") == (Secret.of("key"),)
