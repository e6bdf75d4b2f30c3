"""Audit: what people did, when and why, in a chain of hashes."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.reading import listing
from tieline.features.manifest import Answers, Feature
from tieline.model.views import views as v
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.audit import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.audit import cli

    app.add_typer(cli.app, name="audit")


def _pages() -> "Pages":
    from tieline.features.audit import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(MenuItem("Records", MenuLink("/audit", "Audit", "audit")),),
    )


AUDIT = Feature(
    name="audit",
    says="Shows what people did, and whether a line of it was changed.",
    questions=(Answers(v.ListAudit, listing.audit, needs=Permission.READ, by_number=True),),
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
)
