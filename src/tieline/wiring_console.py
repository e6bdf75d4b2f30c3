"""Wiring of the console: the parts of a process come in; what it serves on the web goes out."""

from tieline.ports.surface import Surface
from tieline.settings import Settings
from tieline.wiring import Parts


def surfaces(_parts: Parts, _settings: Settings) -> tuple[Surface, ...]:
    """What a process with the role ``console`` opens, in this order; closed in the reverse one."""
    return ()
