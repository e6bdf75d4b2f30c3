"""Hub file: a reference to where a hub is declared goes in; the checked hub comes out."""

import importlib
import importlib.util
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from tieline.authoring.environment import Environment
from tieline.authoring.hub import Hub
from tieline.compose.hub_files import code_of, not_imported
from tieline.model.base.errors import SettingsError
from tieline.model.hub.flow import HubSpec
from tieline.settings.settings import ConnectionSettings


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
    if module.__file__ is None:
        return spec
    left_out = tuple(not_imported(Path(module.__file__), name))
    return replace(spec, code=code_of(module, sys.modules.values()), left_out=left_out)


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
