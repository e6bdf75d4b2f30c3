"""A module that has moved; its names can be had here for one release more (until 0.3)."""

import warnings

from tieline.model.calls.call import *  # noqa: F403 - all of its names

warnings.warn(
    f"{__name__} has moved and goes with 0.3: import its names from tieline",
    DeprecationWarning,
    stacklevel=2,
)
