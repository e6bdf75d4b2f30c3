"""Issues: like failures are one thing, which somebody acknowledges, mutes and resolves."""

from typing import TYPE_CHECKING

from tieline.features.issues import reading, store
from tieline.features.issues.hooks import COMMIT_HOOKS
from tieline.features.issues.loops import loops
from tieline.features.issues.model import (
    UNRESOLVED,
    AcknowledgeIssue,
    CountIssues,
    ListIssues,
    MuteIssue,
    ReopenIssue,
    ResolveIssue,
    ShowIssue,
    TendIssues,
)
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model.views.views import Window
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages

HOUR_US = 3_600_000_000


def _muted(command: MuteIssue) -> dict[str, float]:
    until_us = command.until_us
    return {} if until_us is None else {"hours": (until_us - command.by.at_us) / HOUR_US}


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.issues import api

    return api.ENDPOINTS


def _commands(app: "typer.Typer") -> None:
    from tieline.features.issues import cli

    app.add_typer(cli.app, name="issues")


def _pages() -> "Pages":
    from tieline.features.issues import pages
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.ids import ShortId
    from tieline.surfaces.console.menu import MenuItem, MenuLink

    return Pages(
        pages.routes,
        menu=(MenuItem("Needs a decision", MenuLink("/issues", "Issues", "issue")),),
        told={
            "issue-acknowledged": "The issue is acknowledged: the others see that you work on it.",
            "issue-resolved": "The issue is resolved; its next failure opens it again.",
            "issue-muted": "The issue is muted. What fails is still counted.",
            "issue-reopened": "The issue is open again.",
        },
        short_ids={
            "iss": ShortId(
                "issue",
                lambda window: ListIssues((), window=window),
                lambda row: (row.headline, row.last_us),
                "/issues/",
            )
        },
    )


ISSUES = Feature(
    name="issues",
    says="Groups like failures, and remembers what people said about them.",
    commands=(
        Handles(
            AcknowledgeIssue,
            store.acknowledge,
            Permission.OPERATE,
            call="/issues/{id}/acknowledge",
            inverse=ReopenIssue,
        ),
        Handles(
            ResolveIssue,
            store.resolve,
            Permission.OPERATE,
            call="/issues/{id}/resolve",
            inverse=ReopenIssue,
        ),
        Handles(
            MuteIssue,
            store.mute,
            Permission.OPERATE,
            call="/issues/{id}/mute",
            body=_muted,
            inverse=ReopenIssue,
        ),
        Handles(ReopenIssue, store.reopen, Permission.OPERATE, call="/issues/{id}/reopen"),
        Handles(TendIssues, store.tend),
    ),
    questions=(
        Answers(
            ListIssues,
            reading.issues,
            needs=Permission.READ,
            one_of={"states": (*UNRESOLVED, "resolved")},
        ),
        Answers(ShowIssue, reading.issue, needs=Permission.READ),
        Answers(CountIssues, reading.standing, needs=Permission.READ),
    ),
    loops=loops,
    endpoints=_endpoints,
    pages=_pages,
    commands_of_people=_commands,
    finds={"issue": reading.with_id},
    known_by={"kind": lambda kind: ListIssues((), kind=kind, window=Window(limit=1))},
    tables=("issue", "issue_link"),
    commit_hooks=COMMIT_HOOKS,
)
