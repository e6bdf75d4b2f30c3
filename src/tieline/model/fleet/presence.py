"""Presence: what the processes of a hub tell each other through the store."""

from tieline.model.base.ids import Micros, WorkerId
from tieline.model.base.value import value
from tieline.model.command import Command, Counted


@value
class BeatStored:
    """A beat is stored."""

    store_us: Micros
    """What the store's own clock said meanwhile; that of the command where it has none."""


@value
class Beat(Command[BeatStored]):
    """A process says that it is alive, and what it is."""

    worker: WorkerId
    now_us: Micros
    about: str = ""
    """For people: host and process id."""
    version: str = ""
    """Of Tieline."""
    roles: str = ""
    """Of the process, with commas between them."""
    host: str = ""
    pid: int = 0
    started_us: Micros | None = None
    """Since when it is at work, in the store's time; None: since its first beat."""
    ahead_us: int | None = None
    """How far the clock of its machine is ahead of the store's; None: the store has none."""
    silent_us: int = 30_000_000
    """Whoever has not heard of it for this long may take what it holds."""
    knows: int = 0
    """The newest migration that it knows: nothing is taken away that it may still use."""
    hub: str = ""
    """The name of its hub."""
    declares: str = ""
    """The digest of what it goes by (``declaration.py``)."""
    troubles: tuple[str, ...] = ()
    """What is wrong with this process alone, for people."""


@value
class EndPresence(Command[Counted]):
    """A process says, as the last thing, that it ended by itself.

    Counts 1 when it is forgotten. One that still holds runs is kept, as stopped, until others
    have them: it gives nothing up.
    """

    worker: WorkerId
    now_us: Micros


@value
class KeepBlocked(Command[Counted]):
    """Something beside the loop of a process says what keeps it from turning, while it does."""

    worker: WorkerId
    at_us: Micros
    words: str
    flow: str | None


@value
class TakeLeaderLease(Command[Counted]):
    """Ask for what one process at a time does, until *until_us*; counts 1 when it is ours.

    Whoever has it keeps it by asking again, and gives it away with an *until_us* that has passed.
    """

    name: str
    worker: WorkerId
    now_us: Micros
    until_us: Micros
