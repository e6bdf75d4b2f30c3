"""Quarantine: how many deliveries are kept aside until somebody decides about them."""

from dataclasses import dataclass

from tieline.model.question import Question


@dataclass(frozen=True, slots=True)
class Quarantined:
    """How many deliveries wait in quarantine."""

    waiting: int
    exact: bool
    """False: there are more than were counted."""


@dataclass(frozen=True, slots=True)
class CountQuarantine(Question[Quarantined]):
    """Those that nobody has decided about."""
