"""Queries: the names of all statements of a dialect, and the files in which they stand."""

from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src/tieline"
ADAPTERS = SOURCE / "adapters"
FEATURES = SOURCE / "features"
DIALECTS = ("sqlite", "postgres")


def of_features(dialect: str) -> dict[str, Path]:
    """The files of the features' own statements, by name; some do for every dialect."""
    shared = {f"{file.parts[-3]}.{file.stem}": file for file in FEATURES.glob("*/queries/*.sql")}
    own = FEATURES.glob(f"*/queries/{dialect}/*.sql")
    return shared | {f"{file.parts[-4]}.{file.stem}": file for file in own}


def files_of(dialect: str) -> dict[str, Path]:
    """Every statement's file, by the name under which it is asked for."""
    return of_engine(dialect) | of_features(dialect)


def of_engine(dialect: str) -> dict[str, Path]:
    """The files of the engine's own statements, by name; some do for every dialect."""
    shared, own = (ADAPTERS / place / "queries" for place in ("sql", dialect))
    return {file.stem: file for folder in (shared, own) for file in folder.glob("*.sql")}


def sources(dialect: str) -> list[Path]:
    """The Python files that may name a statement of this dialect."""
    places = (ADAPTERS / "sql", ADAPTERS / dialect, FEATURES)
    return [file for place in places for file in place.rglob("*.py")]
