"""Store name: the text that names a store comes in; which kind of store it means goes out.

A slip in an address must not become the name of a new file.
"""

import re
from pathlib import Path

from tieline.model.base.errors import SettingsError

POSTGRES = ("postgresql://", "postgres://")
SQLITE = "sqlite:///"
SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]*):")
WANTED = (
    "use the path of a file, sqlite:///path or postgresql://user@host/database; "
    "a file with a colon in its name is ./name"
)


def is_postgres(store: str) -> bool:
    """Whether *store* names a database of a server, and not a file. Raises SettingsError."""
    if store.startswith(POSTGRES):
        return True
    if not store.strip() or store == SQLITE:
        raise SettingsError("store", store, WANTED)
    scheme = SCHEME.match(store)
    if scheme is not None and not store.startswith(SQLITE):
        # What follows may have a password in it.
        raise SettingsError("store", f"{scheme[1]}:…", WANTED)
    return False


def file_of(store: str) -> Path:
    """The file that *store* names: a path, or ``sqlite:///`` and a path. Raises SettingsError."""
    if is_postgres(store):
        raise SettingsError("store", "postgresql://…", "name a file: this cannot use a server")
    return Path(store.removeprefix(SQLITE))
