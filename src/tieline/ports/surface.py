"""Surface: something that listens for people or machines while a process is at work."""

from typing import Protocol


class Surface(Protocol):
    """The role of a web surface.

    Promises: ``open`` returns once it answers, and raises SettingsError when it cannot listen;
    ``close`` may be called once after every ``open``, also a failed one, and ends in time.
    """

    def where(self) -> tuple[str, ...]:
        """A line for people for each address it listens on; asked after ``open``."""
        ...

    async def open(self) -> None:
        """Listen, in the loop that runs the engine."""
        ...

    async def close(self, seconds: float) -> None:
        """Take no further request, answer what has arrived, end the rest within *seconds*."""
        ...
