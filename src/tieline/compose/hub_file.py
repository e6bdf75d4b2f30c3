"""Hub file: a reference to where a hub is declared goes in; the checked hub comes out."""

import importlib
import importlib.util
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path
from types import ModuleType

from tieline.authoring.environment import Environment
from tieline.authoring.hub import Hub
from tieline.model.base.errors import SettingsError
from tieline.model.hub.flow import HubSpec
from tieline.settings.settings import ConnectionSettings

MOST_LOOKED_AT = 200
"""Files beside a hub's; a start must not take its time from a large folder."""


def load_hub(
    reference: str, connections: Mapping[str, ConnectionSettings] | None = None
) -> HubSpec:
    """Import ``file.py:name`` or ``module:name`` and check it, with what the settings say of its
    connections. Raises SettingsError, DeclarationError."""
    place, _, name = reference.rpartition(":")
    if not place or not name:
        raise SettingsError("hub", reference, "use file.py:name or module:name")
    # What it prints is for people, not for whoever reads our answer.
    with redirect_stdout(sys.stderr):
        module = _load_file(place, name) if place.endswith(".py") else _load_module(place)
    found = getattr(module, name, None)
    if not isinstance(found, Hub):
        raise SettingsError("hub", reference, f"{place} has no Hub named {name!r}")
    spec = placed_hub(found, connections or {})
    file = module.__file__
    return spec if file is None else replace(spec, left_out=tuple(_not_imported(Path(file), name)))


def _not_imported(file: Path, name: str) -> Iterator[str]:
    """The files beside *file* that declare flows on the hub *name*, and are no part of it."""
    folder = file.parent
    loaded = {str(getattr(module, "__file__", None)) for module in list(sys.modules.values())}
    declares = re.compile(rf"^\s*@(?:\w+\.)?{re.escape(name)}\.flow\(", re.MULTILINE)
    another = re.compile(rf"^{re.escape(name)}\s*(?::[^=\n]+)?=", re.MULTILINE)
    for one in islice(_sources(folder), MOST_LOOKED_AT):
        if str(one) in loaded:
            continue
        text = one.read_text(encoding="utf-8", errors="replace")
        if declares.search(text) and not another.search(text):
            yield str(one.relative_to(folder))


def _sources(folder: Path) -> Iterator[Path]:
    """Python files in *folder* and in the packages below it."""
    yield from sorted(one for one in folder.glob("*.py") if not one.name.startswith("test_"))
    for below in sorted(folder.iterdir()):
        if below.name != "tests" and (below / "__init__.py").is_file():
            yield from _sources(below)


def placed_hub(hub: Hub, connections: Mapping[str, ConnectionSettings]) -> HubSpec:
    """*hub* as it runs here. Raises SettingsError, DeclarationError."""
    for name, said in connections.items():
        place = Environment(
            base_url=said.base_url,
            allow=said.allow,
            attempts=said.attempts,
            first_wait=_duration(said.first_wait_seconds),
            longest_wait=_duration(said.longest_wait_seconds),
        )
        hub.place(name, place)
    return hub.spec()


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _load_file(place: str, name: str) -> ModuleType:
    path = Path(place).resolve()
    if not path.is_file():
        raise SettingsError("hub", place, "there is no such file; give --hub, or run where it is")
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SettingsError("hub", place, "it cannot be imported as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except ImportError as error:
        if "relative import" not in str(error):
            raise
        raise SettingsError("hub", place, _as_module(path, name)) from None
    except SystemExit as error:
        raise SettingsError("hub", place, f"it ends the process: {error!r}") from None
    return module


def _as_module(path: Path, name: str) -> str:
    """What to write for a file that is part of a package."""
    parts, folder = [path.stem], path.parent
    while not parts[1:] or (folder / "__init__.py").is_file():
        parts.insert(0, folder.name)
        folder = folder.parent
    return (
        f"it imports with a dot, as a part of {'.'.join(parts[:-1])}; "
        f"write --hub {'.'.join(parts)}:{name}, in the folder that has {parts[0]}"
    )


def _load_module(place: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise SettingsError("hub", place, f"it cannot be imported: {error}") from None
