"""Issues: like failures are one thing, which somebody acknowledges, mutes and resolves."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.issues import deciding, reading
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model import commands as c
from tieline.model.views.issues import UNRESOLVED, CountIssues, ListIssues, ShowIssue
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.console.frame import Pages

HOUR_US = 3_600_000_000


def _muted(command: c.MuteIssue) -> dict[str, float]:
    until_us = command.until_us
    return {} if until_us is None else {"hours": (until_us - command.by.at_us) / HOUR_US}


def _commands(app: "typer.Typer") -> None:
    from tieline.surfaces.cli import issues

    app.add_typer(issues.app, name="issues")


def _pages() -> "Pages":
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.console.menu import Entry, Link
    from tieline.surfaces.console.pages import issues

    return Pages(
        issues.routes,
        menu=(Entry("Needs a decision", Link("/issues", "Issues", "issue")),),
        told={
            "issue-acknowledged": "The issue is acknowledged: the others see that you work on it.",
            "issue-resolved": "The issue is resolved; its next failure opens it again.",
            "issue-muted": "The issue is muted. What fails is still counted.",
            "issue-reopened": "The issue is open again.",
        },
    )


ISSUES = Feature(
    name="issues",
    says="Groups like failures, and remembers what people said about them.",
    commands=(
        Handles(
            c.AcknowledgeIssue,
            deciding.acknowledge,
            Permission.OPERATE,
            call="/issues/{id}/acknowledge",
            inverse=c.ReopenIssue,
        ),
        Handles(
            c.ResolveIssue,
            deciding.resolve,
            Permission.OPERATE,
            call="/issues/{id}/resolve",
            inverse=c.ReopenIssue,
        ),
        Handles(
            c.MuteIssue,
            deciding.mute,
            Permission.OPERATE,
            call="/issues/{id}/mute",
            body=_muted,
            inverse=c.ReopenIssue,
        ),
        Handles(c.ReopenIssue, deciding.reopen, Permission.OPERATE, call="/issues/{id}/reopen"),
        Handles(c.TendIssues, deciding.tend),
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
    pages=_pages,
    commands_of_people=_commands,
    tables=("issue", "issue_link"),
)
