"""The overview: the first page, made of what other features know."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Feature
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    from tieline.surfaces.console.frame import Pages


def _pages() -> "Pages":
    from tieline.features.overview import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(MenuItem("", MenuLink("/", "Now", "now"), needs=Permission.READ),),
    )


OVERVIEW = Feature(
    name="overview",
    says="Says in a sentence how the hub stands, and shows what to look at first.",
    needs=("issues", "alerts"),
    pages=_pages,
)
