"""Hub files: the author's files behind a hub that was loaded, and those that were forgotten."""

import hashlib
import re
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from types import ModuleType

from tieline.settings.settings import FILE

MOST_LOOKED_AT = 200
"""Files beside a hub's; a start must not take its time from a large folder."""


def code_of(hub: ModuleType, loaded: Iterable[ModuleType]) -> str:
    """16 hex digits of the files beside and below that of *hub*, of those that are *loaded*.

    What was installed with pip or stands in an environment there is not the hub's own.
    """
    if not hub.__file__:
        return ""
    folder = Path(hub.__file__).resolve().parent
    digest = hashlib.sha256()
    for file in _of_author(folder, loaded):
        digest.update(f"{file.relative_to(folder).as_posix()}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:16]


def files_of(reference: str) -> tuple[tuple[str, str], ...]:
    """Names and texts of the author's files behind a hub that was loaded, with its settings: what
    was imported from its folder, and nothing that was installed."""
    place = reference.rpartition(":")[0]
    folder = (Path(place).parent if place.endswith(".py") else Path.cwd()).resolve()
    loaded = _of_author(folder, list(sys.modules.values()))
    paths = [path for path in loaded if not _is_hidden(path.relative_to(folder))]
    paths += [path for path in (folder / FILE,) if path.is_file()]
    return tuple(
        (str(path.relative_to(folder)), path.read_text("utf-8", "replace")) for path in paths
    )


def _of_author(folder: Path, loaded: Iterable[ModuleType]) -> list[Path]:
    """The files in and below *folder* of those modules that were not installed there."""
    named = (getattr(one, "__file__", None) for one in loaded)
    files = {Path(name).resolve() for name in named if name}
    return [
        file
        for file in sorted(file for file in files if file.is_relative_to(folder))
        if file.suffix == ".py"
        and "site-packages" not in file.relative_to(folder).parts
        and file.is_file()
    ]


def _is_hidden(place: Path) -> bool:
    return any(part.startswith(".") for part in place.parts)


def not_imported(file: Path, name: str) -> Iterator[str]:
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
