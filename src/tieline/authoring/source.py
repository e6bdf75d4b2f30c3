"""Source: where a flow's events come from, as an author says it."""

from dataclasses import dataclass

from tieline.authoring.contract import Contract
from tieline.model.hub.flow import Source


@dataclass(frozen=True, slots=True)
class SourceDeclaration:
    """A source with the type and the contract that one flow wants of it."""

    source: Source | None
    """None: it could not be made; ``problem`` says why, when the hub is checked."""
    event_type: str
    contract: type[Contract] | None = None
    connection: str | None = None
    problem: str | None = None
