"""Options: the options that several commands have, said once."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Annotated, Any, Protocol

import typer

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT, IssueId
from tieline.model.runs.waits import Waits, read_waits
from tieline.rules.formats.labels import kind_of_label, state_of_label
from tieline.surfaces.cli.session import CliSession


def _named(what: str, help_: str) -> Any:
    """An option for a name; one that nothing here carries is refused, with those near."""

    def check(context: typer.Context, value: str | None) -> str | None:
        if value is not None and isinstance(context.obj, CliSession):
            context.obj.check_name(what, value)
        return value

    return typer.Option(help=help_, callback=check)


Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=10_000, help="Rows at most.")]
Since = Annotated[
    str | None, typer.Option(help="From then on: 30m, 2h, 7d, or 2026-01-31T08:00 (UTC).")
]
Until = Annotated[str | None, typer.Option(help="Before then; as --since.")]
Cursor = Annotated[str | None, typer.Option(help="Go on where the last page ended.")]
Source = Annotated[str | None, _named("source", "Only of this source.")]
Type = Annotated[
    str | None, typer.Option("--type", help="Only this event type, or a prefix: 'invoice.*'.")
]
Flow = Annotated[str | None, _named("flow", "Only of this flow.")]
Issue = Annotated[str | None, typer.Option(help="Only of this issue (iss_…).")]
Kind = Annotated[str | None, _named("kind", "Only of this kind of failure.")]
Tenant = Annotated[str | None, _named("tenant", "Only of this tenant.")]
Connection = Annotated[str | None, _named("connection", "Only of this connection.")]
Reason = Annotated[
    str | None, typer.Option("--reason", "-r", help="Why; goes into the audit log. Required.")
]
PauseFor = Annotated[
    str | None, typer.Option("--for", help="Ends by itself then: 30m, 2h, 7d. Default: no end.")
]
AsNewAction = Annotated[
    bool,
    typer.Option(
        "--repeat-side-effects",
        help="Make effects that happened before once more, under new keys. Asks first.",
    ),
]
EffectsAgain = Annotated[
    bool,
    typer.Option("--yes-effects-again", help="Answers what --repeat-side-effects asks."),
]
RunState = Annotated[
    str | None, typer.Option("--state", help="Only in this state, such as queued, held or failed.")
]
WaitsFor = Annotated[
    str | None,
    typer.Option("--waits-for", help="Only live ones that wait for it: 'connection crm'."),
]
RunOrAll = Annotated[str | None, typer.Argument(help="A run's id; or give --all.")]
All = Annotated[
    bool, typer.Option("--all", help="Every one that waits for a decision, of the filter.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
MANY = 50
EVERYWHERE = "Anywhere on the line: --store PATH, --hub FILE.py:NAME, --url CONSOLE, --json."


def noun(help_: str) -> typer.Typer:
    """A group of commands about one kind of thing."""
    return typer.Typer(help=help_, epilog=EVERYWHERE, no_args_is_help=True, rich_markup_mode=None)


def session_of(context: typer.Context) -> CliSession:
    """What the line's options came to."""
    session = context.obj
    if not isinstance(session, CliSession):
        raise TypeError(f"the context holds {type(session).__name__}, not a Session")
    return session


def one_of(option: str, value: str | None, known: Iterable[str]) -> None:
    """Raises SettingsError for a value that nothing can have: an empty list would say it is so."""
    words = sorted(known)
    if value is not None and value not in words:
        near = get_close_matches(value.lower(), words, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise SettingsError(option, value, f"{hint}use one of {', '.join(words)}")


class _OfTenant(Protocol):
    @property
    def tenant(self) -> str: ...


def tenant_of(row: _OfTenant) -> str | None:
    """On whose behalf; None: on nobody's in particular."""
    return None if row.tenant == NO_TENANT else row.tenant


def waits_of(text: str | None) -> Waits | None:
    """What was named as that for which runs wait. Raises SettingsError."""
    return None if text is None else read_waits(text, name="--waits-for")


def kind_of(text: str | None) -> str | None:
    """The kind of failure that was named, as it is stored."""
    return None if text is None else kind_of_label(text)


def state_of(text: str | None) -> str | None:
    """The state that was named, as it is stored."""
    return None if text is None else state_of_label(text)


def issue_of(text: str | None) -> IssueId | None:
    """The issue that was named, if one was. Raises SettingsError."""
    if text is not None and not text.startswith("iss_"):
        raise SettingsError("--issue", text, "use an id such as iss_…, from tieline issues list")
    return None if text is None else IssueId(text)


def more(session: CliSession, cursor: str | None) -> None:
    """Tell how to go on, when there may be more."""
    if cursor is not None:
        session.paper.hint(f"there may be more: go on with --cursor {cursor}")
