"""Menu: who looks and how the work stands come in; the links beside every page go out."""

from dataclasses import dataclass

from tieline.rules.people.access import Permission
from tieline.surfaces.console.standing import Standing
from tieline.surfaces.console.words import number
from tieline.surfaces.web.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Link:
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


DAY, LAST = "in the last 24 hours", "?since=1d"

Groups = list[tuple[str, list[Link]]]


def menu(viewer: Viewer, standing: Standing | None) -> Groups:
    """The groups of links that *viewer* may follow."""
    groups: Groups = []
    search = Link("/story", "Search", "search")
    if standing is None:
        return [("", [search])] if viewer.may(Permission.SEARCH) else []
    groups.append(("", [Link("/", "Now", "now"), Link("/live", "Live", "live"), search]))
    groups.append(("Needs a decision", _deciding(standing)))
    groups.append(("Records", _RECORDS))
    groups.append(("System", _system(standing)))
    if viewer.may(Permission.ADMIN):
        groups.append(("Access", _ACCESS))
    return groups


def _deciding(standing: Standing) -> list[Link]:
    def count(value: int) -> str:
        return number(value) if value else ""

    def of_a_day(value: int, tone: str) -> tuple[str, str, str, str]:
        return (count(value), tone, DAY, LAST) if value else ("", "", "", "")

    return [
        Link("/issues", "Issues", "issue"),
        Link("/dead", "Dead letters", "dead", count(standing.total("dead")), "bad"),
        Link("/held", "Held", "held", count(standing.total("held")), "person"),
        Link("/quarantine", "Quarantine", "quarantined", count(standing.quarantined), "wait"),
        Link("/refused", "Refused", "refused", *of_a_day(standing.refused, "")),
    ]


_RECORDS = [
    Link("/events", "Events", "event"),
    Link("/runs", "Runs", "run"),
    Link("/replays", "Replays", "replay"),
    Link("/audit", "Audit", "audit"),
]

_ACCESS = [
    Link("/users", "Users", "people"),
    Link("/tokens", "Tokens", "key"),
]


def _system(standing: Standing) -> list[Link]:
    held = [pause.kind for pause in standing.pauses]

    def paused(kind: str) -> str:
        return number(held.count(kind)) if kind in held else ""

    return [
        Link("/flows", "Flows", "flow", paused("flow"), "wait", "paused"),
        Link("/connections", "Connections", "connection", paused("connection"), "wait", "paused"),
        Link("/sources", "Sources", "source"),
        Link("/schedules", "Schedules", "schedule"),
        Link("/workers", "Workers", "worker"),
    ]
