"""Admission: an event with all that is stored with it."""

from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.inbound.event import Event, Mention
from tieline.model.runs.run import NewRun
from tieline.model.runs.waits import Waits


@value
class Admission:
    """An event on its way into the log, with all that must be stored in the same breath."""

    event: Event
    runs: tuple[NewRun, ...] = ()
    mentions: tuple[Mention, ...] = ()
    expires_us: Micros = 0
    """Until when a repeat of the event's identity is recognised as a duplicate."""
    wakes: tuple[Waits, ...] = ()
    """What runs of its tenant may wait for that is over with it."""
    digest: bytes | None = None
    """Of what the event says, where its identity is a name that somebody gave it: another one under
    the same name is no repeat."""
    by_body: str | None = None
    """A second name, made of the body, where nobody signed the first."""
