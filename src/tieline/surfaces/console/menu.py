"""Menu: the links beside every page, of what all features add, for who looks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from tieline.rules.people.access import Permission
from tieline.surfaces.console.format import number
from tieline.surfaces.console.menu_counts import MenuCounts
from tieline.surfaces.web.viewer import Viewer

GROUPS: Mapping[str, Permission] = {
    "": Permission.SEARCH,
    "Needs a decision": Permission.READ,
    "Records": Permission.READ,
    "System": Permission.READ,
    "Access": Permission.ADMIN,
}
"""In the order of the menu, with what one needs to see them."""


DAY, LAST = "in the last 24 hours", "?since=1d"


@dataclass(frozen=True, slots=True)
class MenuLink:
    """One line of the menu."""

    path: str
    name: str
    icon: str
    count: str = ""
    tone: str = ""
    says: str = ""
    """What the count counts, where the name does not say it."""
    query: str = ""
    """What the address adds, so that the list behind it is what the count counts."""


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A line of the menu, as a feature adds it."""

    group: str
    """One of ``GROUPS``."""
    link: MenuLink
    counts: Callable[[MenuCounts], int] | None = None
    """How many there are; the link has tone, words and query only where there are some."""
    needs: Permission | None = None
    """Where that is another than its group's."""

    def __post_init__(self) -> None:
        """Raises ValueError for a group that the menu does not have."""
        if self.group not in GROUPS:
            raise ValueError(f"the menu has no group {self.group!r}; use one of {[*GROUPS]}")


Groups = list[tuple[str, list[MenuLink]]]


def menu(entries: Sequence[MenuItem], viewer: Viewer, standing: MenuCounts | None) -> Groups:
    """The groups of links that *viewer* may follow."""
    groups: Groups = []
    for name, needed in GROUPS.items():
        links = [
            _shown(entry, standing)
            for entry in entries
            if entry.group == name and viewer.may(entry.needs or needed)
        ]
        if links:
            groups.append((name, links))
    return groups


def _shown(entry: MenuItem, standing: MenuCounts | None) -> MenuLink:
    link = entry.link
    if entry.counts is None:
        return link
    count = 0 if standing is None else entry.counts(standing)
    if not count:
        return replace(link, tone="", says="", query="")
    return replace(link, count=number(count))


def paused(kind: str) -> Callable[[MenuCounts], int]:
    """How many things of a *kind* are paused."""
    return lambda standing: sum(pause.kind == kind for pause in standing.pauses)
