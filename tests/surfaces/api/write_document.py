"""Write document: the catalogue of the API goes into docs/openapi.json."""

import json
from pathlib import Path

from tieline.surfaces.api.openapi import document

PLACE = Path(__file__).parents[3] / "docs" / "openapi.json"


def text() -> str:
    """The document as it is kept: sorted, so that changes can be read."""
    return json.dumps(document(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
