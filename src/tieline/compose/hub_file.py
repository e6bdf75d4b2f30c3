"""Hub file: a reference to where a hub is declared goes in; the checked hub comes out."""

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import ModuleType

from tieline.authoring.environment import Environment
from tieline.authoring.hub import Hub
from tieline.model.base.errors import SettingsError
from tieline.model.hub.flow import HubSpec
from tieline.settings.settings import FILE, ConnectionSettings


def load_hub(
    reference: str, connections: Mapping[str, ConnectionSettings] | None = None
) -> HubSpec:
    """Import ``file.py:name`` or ``module:name`` and check it, with what the settings say of its
    connections. Raises SettingsError, DeclarationError."""
    place, _, name = reference.rpartition(":")
    if not place or not name:
        raise SettingsError("hub", reference, "use file.py:name or module:name")
    module = _load_file(place) if place.endswith(".py") else _load_module(place)
    found = getattr(module, name, None)
    if not isinstance(found, Hub):
        raise SettingsError("hub", reference, f"{place} has no Hub named {name!r}")
    return replace(placed_hub(found, connections or {}), code=code_of(module, sys.modules.values()))


def files_of(reference: str) -> tuple[tuple[str, str], ...]:
    """Names and texts of the author's files behind a hub that was loaded, with its settings: what
    was imported from its folder, and nothing that was installed."""
    place = reference.rpartition(":")[0]
    folder = Path(place).resolve().parent if place.endswith(".py") else Path.cwd()
    loaded = [getattr(module, "__file__", None) for module in list(sys.modules.values())]
    found = {Path(name) for name in loaded if name is not None}
    paths = [path for path in sorted(found) if _is_authors(path, folder)]
    paths += [path for path in (folder / FILE,) if path.is_file()]
    return tuple(
        (str(path.relative_to(folder)), path.read_text("utf-8", "replace")) for path in paths
    )


def _is_authors(path: Path, folder: Path) -> bool:
    if not path.is_relative_to(folder) or path.suffix != ".py" or not path.is_file():
        return False
    within = path.relative_to(folder).parts
    return not any(part.startswith(".") or part == "site-packages" for part in within)


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


def code_of(hub: ModuleType, loaded: Iterable[ModuleType]) -> str:
    """16 hex digits of the files beside and below that of *hub*, of those that are *loaded*.

    What was installed with pip or stands in an environment there is not the hub's own.
    """
    if not hub.__file__:
        return ""
    folder = Path(hub.__file__).resolve().parent
    named = (getattr(one, "__file__", None) for one in loaded)
    files = {Path(name).resolve() for name in named if name}
    digest = hashlib.sha256()
    for file in sorted(file for file in files if file.is_relative_to(folder)):
        place = file.relative_to(folder)
        if file.suffix == ".py" and "site-packages" not in place.parts and file.is_file():
            digest.update(f"{place.as_posix()}\0".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def _duration(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)


def _load_file(place: str) -> ModuleType:
    path = Path(place).resolve()
    if not path.is_file():
        raise SettingsError("hub", place, "there is no such file; give --hub, or run where it is")
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise SettingsError("hub", place, "it cannot be imported as Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def _load_module(place: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError as error:
        raise SettingsError("hub", place, f"it cannot be imported: {error}") from None
