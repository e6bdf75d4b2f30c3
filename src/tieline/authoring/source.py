"""Source: where a flow's events come from, as an author says it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from tieline.authoring.contract import Contract
from tieline.model.hub.flow import Source


@dataclass(frozen=True, slots=True)
class SourceDeclaration:
    """A source with the type and the contract that one flow wants of it."""

    EXAMPLE: ClassVar[str] = "a source such as connection.webhook(…)"
    source: Source | None
    """None: it could not be made; ``mistakes`` say why, when the hub is checked."""
    event_type: str
    contract: type[Contract] | None = None
    connection: str | None = None
    mistakes: tuple[str, ...] = ()

    def with_mistakes(self, mistakes: Sequence[str]) -> "SourceDeclaration":
        """With what was wrong in its arguments."""
        return replace(self, mistakes=(*mistakes, *self.mistakes))


NOWHERE = SourceDeclaration(None, "*")
"""Where there should be a source and is none."""
