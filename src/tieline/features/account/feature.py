"""The account: where everything stands that was accepted, and the list behind each number."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.hooks import CommitHooks
from tieline.features.account import reading
from tieline.features.account.model import (
    CountDeliveries,
    CountEvents,
    ListAccount,
    ListLostDeliveries,
)
from tieline.features.manifest import Answers, Feature
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _endpoints() -> "tuple[Endpoint, ...]":
    from tieline.features.account import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.account import cli

    app.command("account")(cli.account)


def _pages() -> "Pages":
    from tieline.features.account import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(MenuItem("Records", MenuLink("/accounted", "Accounted for", "done")),),
    )


ACCOUNT = Feature(
    name="account",
    says="Says where everything stands that was accepted, so that nothing is lost or doubled.",
    questions=(
        Answers(CountEvents, reading.events, needs=Permission.READ),
        Answers(CountDeliveries, reading.deliveries, needs=Permission.READ),
        Answers(ListAccount, reading.listed, needs=Permission.READ),
        Answers(ListLostDeliveries, reading.unrecorded, needs=Permission.READ),
    ),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    commit_hooks=CommitHooks(in_purge=(reading.note_forgotten,)),
)
