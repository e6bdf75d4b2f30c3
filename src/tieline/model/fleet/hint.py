"""Hint: what one process has done that another may want to look at before its next round."""

from tieline.model.base.ids import Micros, RunId
from tieline.model.base.value import value


@value
class Hint:
    """Says only "look again": the store is the truth, and a lost hint costs nothing but time."""

    look: bool = False
    """Work may have become ready."""
    due_us: Micros | None = None
    """The earliest due time that was stored."""
    pauses: bool = False
    """Something was paused or resumed."""
    replays: bool = False
    """A replay was started or cancelled."""
    lost: tuple[RunId, ...] = ()
    """Runs that were cancelled or taken away from whoever executes them."""
    standings: bool = False
    """How a connection stands has changed, or somebody needs a part of what others hold."""

    def __bool__(self) -> bool:
        return self != NOTHING


NOTHING = Hint()
LOOK = Hint(look=True)
EVERYTHING = Hint(look=True, due_us=0, pauses=True, replays=True, standings=True)
"""For somebody who may have missed hints."""
