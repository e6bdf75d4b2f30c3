"""Main: the words of a command line come in; the command is done, and an exit code goes out.

0 done · 1 problems found, or refused · 2 the line or the settings make no sense · 3 not there ·
4 the store is in use or out of reach · 5 the thing's state does not allow it · 70 our defect.
"""

import sys
from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated

import typer

from tieline.model.base import errors as e
from tieline.surfaces.cli import (
    alerts,
    audit,
    connections,
    db,
    dead,
    events,
    flows,
    held,
    issues,
    new,
    operations,
    process,
    quarantine,
    receipts,
    replay,
    runs,
    schedules,
    sources,
    story,
    token,
    user,
    workers,
)
from tieline.surfaces.cli.build import Build, Far
from tieline.surfaces.cli.paper import Paper, be_quiet, complain
from tieline.surfaces.cli.session import Session

CODES: tuple[tuple[type[BaseException], int], ...] = (
    (e.NotFound, 3),
    (e.Conflict, 5),
    (e.CommandRefused, 1),
    (e.StoreError, 4),
    (e.SettingsError, 2),
    (e.ScheduleError, 2),
    (e.DeclarationError, 2),
    (e.TielineError, 1),
)
"""First match wins."""
DEFECT = 70
INTERRUPTED = 130
MakeBuild = Callable[[], Build]
WITH_VALUE = ("--store", "--hub", "--url", "--token")
ALONE = ("--json", "--insecure")
BESIDE_ITS_STORE = frozenset({"serve", "demo", "db", "new"})
"""What cannot be done to a hub elsewhere; ``TIELINE_URL`` is not meant for it."""

app = typer.Typer(
    help="Tieline: a code-first integration hub.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)
for name, group in (
    ("receipts", receipts.app),
    ("events", events.app),
    ("runs", runs.app),
    ("dead", dead.app),
    ("held", held.app),
    ("quarantine", quarantine.app),
    ("issues", issues.app),
    ("replay", replay.app),
    ("operations", operations.app),
    ("flows", flows.app),
    ("connections", connections.app),
    ("sources", sources.app),
    ("schedules", schedules.app),
    ("workers", workers.app),
    ("audit", audit.app),
    ("db", db.app),
    ("user", user.app),
    ("token", token.app),
):
    app.add_typer(group, name=name)
app.command()(process.serve)
app.command()(process.demo)
app.command()(process.status)
app.command()(process.doctor)
app.command("alerts")(alerts.list_alerts)
app.command("story")(story.tell)
app.command("new")(new.new)


@app.callback()
def everywhere(  # noqa: PLR0913 - what may stand anywhere
    context: typer.Context,
    *,
    store: Annotated[
        str | None, typer.Option(help="The store's file (TIELINE_STORE, else tieline.db).")
    ] = None,
    hub: Annotated[
        str | None, typer.Option(help="FILE.py:NAME or MODULE:NAME (TIELINE_HUB, else hub.py:hub).")
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            envvar="TIELINE_URL", help="Instead of a store: the console of a running hub."
        ),
    ] = None,
    token: Annotated[
        str, typer.Option(envvar="TIELINE_TOKEN", help="What lets us in there.", show_envvar=True)
    ] = "",
    insecure: Annotated[
        bool, typer.Option("--insecure", help="With --url: http:// to another machine will do.")
    ] = False,
    is_json: Annotated[
        bool, typer.Option("--json", help="JSON: an object, or one object a line.")
    ] = False,
) -> None:
    """Options that may stand anywhere on the line."""
    paper = Paper(is_json, is_terminal=sys.stdout.isatty() and not is_json)
    source = context.get_parameter_source("url")
    if url and source is not None and source.name == "COMMANDLINE":
        _check_place(url, store, context.invoked_subcommand)
    far = None
    if url and store is None and context.invoked_subcommand not in BESIDE_ITS_STORE:
        far = Far(url, token, insecure)
    context.obj = Session(context.obj, store, hub, paper, far)


def _check_place(url: str, store: str | None, command: str | None) -> None:
    """Two places, or the wrong one, would be a command done where nobody meant it."""
    if store is not None:
        wanted = f"and --store is {store!r}; give one of them, for a command has one place"
        raise e.SettingsError("--url", url, wanted)
    if command in BESIDE_ITS_STORE:
        wanted = f"tieline {command} works beside its store only; leave --url out, or give --store"
        raise e.SettingsError("--url", url, wanted)


def main(make_build: MakeBuild, line: Sequence[str] | None = None) -> None:
    """Do what the command line says and end the process with its code."""
    sys.exit(run(make_build, sys.argv[1:] if line is None else line))


def run(make_build: MakeBuild, line: Sequence[str]) -> int:
    """Do what *line* says; returns the exit code."""
    command = typer.main.get_command(app)
    try:
        code = command.main(
            hoisted(line), prog_name="tieline", standalone_mode=False, obj=cache(make_build)
        )
        sys.stdout.flush()
    except typer.TyperException as error:
        complain(f"{error.format_message()} (tieline --help)")
        return 2
    except BrokenPipeError:
        be_quiet()
        return 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - people are told in a sentence, whatever it is
        return _told(error)
    return code if isinstance(code, int) else 0


def hoisted(line: Sequence[str]) -> list[str]:
    """*line* with the options that may stand anywhere put first."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(line)
    for word in words:
        if word == "--":
            return [*first, *rest, word, *words]
        if word in WITH_VALUE:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word in ALONE or word.startswith(tuple(f"{name}=" for name in WITH_VALUE)):
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest]


def _told(error: Exception) -> int:
    """Say what is wrong in one sentence; returns the exit code for it."""
    code = next((code for kind, code in CODES if isinstance(error, kind)), DEFECT)
    if code != DEFECT:
        complain(str(error))
        return code
    complain(f"this is a defect of tieline: {type(error).__name__}: {error}{_place(error)}")
    return DEFECT


def _place(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" ({trace.tb_frame.f_code.co_filename}:{trace.tb_lineno})"
