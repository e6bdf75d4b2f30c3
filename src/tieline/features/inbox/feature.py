"""The inbox: what waits for a person, of all features that feed it."""

from typing import TYPE_CHECKING

from tieline.features.inbox.model import CountInbox, InboxCounts, ListInbox
from tieline.features.inbox.rules import narrowed, with_owners
from tieline.features.manifest import Answers, Feature
from tieline.model.views.inbox import InboxItem
from tieline.model.views.views import Page
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu_counts import MenuCounts

COUNT = "inbox"


async def _by_hub(ask: "ApiRequest", asked: ListInbox) -> Page[InboxItem]:
    """Only the hub knows who owns what."""
    hub = ask.parts.hub
    return with_owners(hub, await ask.parts.views.read(narrowed(hub, asked)))


def _endpoints() -> "tuple[Endpoint, ...]":
    from tieline.features.inbox import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.inbox import cli

    app.command("inbox")(cli.inbox)


def _waiting(standing: "MenuCounts") -> int:
    counts: InboxCounts | None = standing.more.get(COUNT)
    return 0 if counts is None else counts.waiting


def _pages() -> "Pages":
    from tieline.features.inbox import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    link = MenuLink("/inbox", "Inbox", "people", COUNT, "person", "waiting for a person")
    return Pages(
        pages.routes,
        menu=(MenuItem("", link, _waiting, needs=Permission.READ),),
        counted={COUNT: CountInbox()},
    )


INBOX = Feature(
    name="inbox",
    says="Lists everything that waits for a person, the oldest first: for what, for whom, since "
    "when.",
    questions=(
        Answers(ListInbox, needs=Permission.READ, by_hub=_by_hub),
        Answers(CountInbox, needs=Permission.READ),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
)
