"""Declaration: what a process of a hub goes by; those that do not say the same are found."""

from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.command import Command, Counted
from tieline.model.question import Question


@value
class Declaration:
    """A hub and its settings in words and digests, as one process has read them."""

    digest: str
    """Of all that follows: equal for processes that say the same."""
    hub: str
    """The hub's name."""
    code: str
    """Digest of the hub's own files, as they were loaded; empty: it was not made of a file."""
    parts: tuple[tuple[str, str], ...]
    """(what, how): ``("connection books base_url", "https://books.example")``. How is in words
    where they are few, else a digest."""


@value
class KeepDeclaration(Command[Counted]):
    """A process is at work that goes by this; since when is known from the first that did."""

    declaration: Declaration
    now_us: Micros


@dataclass(frozen=True, slots=True)
class DeclarationRow:
    """A declaration that was at work."""

    digest: str
    hub: str
    code: str
    parts: tuple[tuple[str, str], ...]
    first_us: Micros
    """When a process first went by it: what began after this began after the change."""
    latest_us: Micros
    """When a process last began to go by it."""


@dataclass(frozen=True, slots=True)
class ListDeclarations(Question[tuple[DeclarationRow, ...]]):
    """What processes went by, the newest first."""
