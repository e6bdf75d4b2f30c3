"""Finding: what the doctor says of one thing that was looked at."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at and is worth saying."""

    level: Level
    what: str
    do: str = ""
    """What to do about it."""
    kind: str = ""
    """Of the contradiction, where rows of the store contradict each other."""
