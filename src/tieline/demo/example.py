"""Example: nothing comes in; the folder of the example hub that the demo runs goes out.

The code stands in ``examples/quote_to_cash``, where a reader looks for it, and the demo runs that
very code. A wheel carries a copy as ``tieline/demo_hub``, since an installed package has no
``examples``.
"""

from pathlib import Path

from tieline.model.base.errors import CommandRefused

PACKAGE = Path(__file__).parents[1]
FOLDERS = (PACKAGE / "demo_hub", PACKAGE.parents[1] / "examples" / "quote_to_cash")


def example_folder() -> Path:
    """Where ``hub.py`` is. Raises CommandRefused when neither place has it."""
    for folder in FOLDERS:
        if (folder / "hub.py").is_file():
            return folder
    places = " nor in ".join(map(str, FOLDERS))
    raise CommandRefused(f"the example hub is not in {places}; install tieline from its wheel")
