"""Query files: the text of a statement, by its name and its dialect.

``run_end`` stands in the dialect's own ``queries/``, or in ``adapters/sql/queries/`` where one text
does for every dialect; ``upkeep/vacuum`` in a folder of the dialect's. A feature has its statements
in its own folder: ``issues.move`` is ``features/issues/queries/<dialect>/move.sql``, or
``features/issues/queries/move.sql`` for every dialect. Fragments stand beside them in the same way.
"""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from tieline.adapters.sql.fragment import filled, without_comments

FEATURES = "tieline.features"


@cache
def raw_text(name: str, dialect: str) -> str:
    """The file's whole text. *dialect* is the package of one. Raises LookupError for no file."""
    for file in _places(name, dialect):
        if file.is_file():
            return file.read_text(encoding="utf-8")
    raise LookupError(f"there is no file for the query {name!r} of {dialect}")


@cache
def body(name: str, dialect: str) -> str:
    """The statements, without comments and with their fragments."""
    return filled(without_comments(raw_text(name, dialect)), dialect, feature_of(name))


def feature_of(name: str) -> str:
    """The package of the feature whose query it is; empty: the engine's."""
    feature, _, _ = name.rpartition(".")
    return f"{FEATURES}.{feature}" if feature else ""


def _places(name: str, dialect: str) -> tuple[Traversable, ...]:
    feature = feature_of(name)
    if feature:
        own = name.rpartition(".")[2]
        folder = files(feature) / "queries"
        return (folder / dialect.rpartition(".")[2] / f"{own}.sql", folder / f"{own}.sql")
    folder_, _, file = name.rpartition("/")
    of_dialect = files(dialect).joinpath(folder_ or "queries", f"{file}.sql")
    if folder_:
        return (of_dialect,)
    return (of_dialect, files(__package__).joinpath("queries", f"{file}.sql"))
