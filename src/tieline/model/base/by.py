"""By: who asked for a change of production, and why."""

from tieline.model.base.ids import Micros
from tieline.model.base.value import value


@value
class By:
    """Who asked for it, and why; written to the audit log in the same commit."""

    actor: str
    reason: str
    at_us: Micros


NOBODY = By("", "", 0)
"""Whom a command is by that is only planned."""
