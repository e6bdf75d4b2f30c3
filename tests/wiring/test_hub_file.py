"""Hub file: what is not part of a hub, though somebody may think so, is said by its file."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tieline.adapters.vault.fixed import FixedVault
from tieline.compose.hub_file import load_hub
from tieline.model.base.errors import SettingsError
from tieline.operations.doctor_hub import DoctorHub, of_hub

HUB = "from tieline import Hub\nhub = Hub('acme')\n"
FLOWS = (
    "from app_{0}.hub import hub\n\n"
    "@hub.flow(on=hub.topic('{0}'), name='{0}')\nasync def flow(payload): ...\n"
)
OTHER = HUB + "@hub.flow(on=hub.topic('a'))\nasync def flow(payload): ...\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to write a hub into; what is imported from it is forgotten afterwards."""
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        del sys.modules[name]


def written(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder / "hub.py"


def test_files_that_declare_flows_and_were_not_imported_are_named(folder: Path) -> None:
    here = folder / "apart"
    file = written(here, hub=HUB, orders=FLOWS.format("x"), another=OTHER, test_orders=FLOWS)
    written(here / "more", __init__="", refunds=FLOWS.format("x"))
    written(here / "no_package", refunds=FLOWS.format("x"))

    spec = load_hub(f"{file}:hub")
    said = [finding.what for finding in of_hub(DoctorHub(spec, FixedVault({})))]

    assert spec.left_out == ("orders.py", "more/refunds.py")
    assert said == [
        "the hub acme has no flows: nothing happens",
        "orders.py declares flows and was not imported",
        "more/refunds.py declares flows and was not imported",
    ]


def test_a_hub_that_imports_all_of_them_is_whole(folder: Path) -> None:
    here = folder / "whole"
    file = written(
        here,
        hub="import sys\nfrom tieline import Hub\nhub = Hub('acme')\nimport whole_orders\n",
        whole_orders=FLOWS.format("x").replace("from app_x.hub", "from hub"),
    )

    spec = load_hub(f"{file}:hub")

    assert (list(spec.flows), spec.left_out) == (["x"], ())


def test_a_file_that_imports_with_a_dot_says_what_to_write(folder: Path) -> None:
    here = folder / "shop" / "app"
    here.parent.mkdir()
    written(here.parent, __init__="")
    file = written(here, __init__="", hub=f"from . import orders\n{HUB}", orders="")

    with pytest.raises(SettingsError) as refused:
        load_hub(f"{file}:hub")

    assert "as a part of shop.app; write --hub shop.app.hub:hub, in the folder" in str(
        refused.value
    )
