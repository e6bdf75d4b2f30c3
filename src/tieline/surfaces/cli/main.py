"""Main: the words of a command line come in; the command is done, and an exit code goes out.

0 done · 1 problems found, or refused · 2 the line or the settings make no sense · 3 not there ·
4 the store is in use or out of reach · 5 the thing's state does not allow it · 70 our defect.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated

import typer

from tieline.adapters.remote.client import RemoteAddress
from tieline.model.base import errors as e
from tieline.surfaces.cli.build import Build
from tieline.surfaces.cli.deprecated import in_new_words
from tieline.surfaces.cli.output import Output, be_quiet, complain
from tieline.surfaces.cli.session import CliSession

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
Add = Callable[[typer.Typer], None]
"""Adds the nouns and verbs of a feature."""
WITH_VALUE = ("--store", "--hub", "--url", "--token")
ALONE = ("--json", "--insecure")


MAY_BE_EMPTY = frozenset({"--reason", "-r", "--cursor"})


@dataclass(frozen=True, slots=True)
class FeatureCommands:
    """The nouns and verbs of all features."""

    adds: tuple[Add, ...]
    beside_store: frozenset[str]
    """What cannot be done to a hub elsewhere; ``TIELINE_URL`` is not meant for it."""


@dataclass(frozen=True, slots=True)
class _Start:
    """What a line begins with."""

    make_build: MakeBuild
    beside_store: frozenset[str]


def app_of(vocabulary: FeatureCommands) -> typer.Typer:
    """The command line of these words."""
    app = typer.Typer(
        help="Tieline: a code-first integration hub.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    app.callback()(everywhere)
    for add in vocabulary.adds:
        add(app)
    return app


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
    paper = Output(is_json, is_terminal=sys.stdout.isatty() and not is_json)
    source = context.get_parameter_source("url")
    start: _Start = context.obj
    is_beside = context.invoked_subcommand in start.beside_store
    if url and source is not None and source.name == "COMMANDLINE":
        _check_place(url, store, context.invoked_subcommand if is_beside else None)
    far = None if is_beside or store is not None or not url else RemoteAddress(url, token, insecure)
    context.obj = CliSession(start.make_build, store, hub, paper, far)


def _check_place(url: str, store: str | None, beside: str | None) -> None:
    """Two places, or the wrong one, would be a command done where nobody meant it."""
    if store is not None:
        wanted = f"and --store is {store!r}; give one of them, for a command has one place"
        raise e.SettingsError("--url", url, wanted)
    if beside is not None:
        wanted = f"tieline {beside} works beside its store only; leave --url out, or give --store"
        raise e.SettingsError("--url", url, wanted)


def main(
    vocabulary: FeatureCommands, make_build: MakeBuild, line: Sequence[str] | None = None
) -> None:
    """Do what the command line says and end the process with its code."""
    sys.exit(run(vocabulary, make_build, sys.argv[1:] if line is None else line))


def run(vocabulary: FeatureCommands, make_build: MakeBuild, line: Sequence[str]) -> int:
    """Do what *line* says; returns the exit code."""
    command = typer.main.get_command(app_of(vocabulary))
    start = _Start(cache(make_build), vocabulary.beside_store)
    try:
        code = command.main(hoisted(line), prog_name="tieline", standalone_mode=False, obj=start)
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
    """*line* with the options that may stand anywhere put first, in today's words."""
    _refuse_blank(line)
    first, rest = _parted(line)
    words, old = in_new_words(rest)
    for one in old:
        complain(
            f"{_readable(one.old)} is called {_readable(one.new)} now; "
            f"the old word works until release {one.until}"
        )
    return [*first, *words]


def _refuse_blank(line: Sequence[str]) -> None:
    """Raises SettingsError for an empty id or name: mostly a variable of a script that is not set.

    An empty reason is told where reasons are asked for, and an empty cursor begins a list.
    """
    for place, word in enumerate(line):
        before = line[place - 1] if place else ""
        name, equals, value = word.partition("=")
        is_empty = not word.strip() or (name.startswith("--") and equals and not value.strip())
        about = before if not word.strip() else name
        if is_empty and about not in MAY_BE_EMPTY:
            wanted = "give a value or leave it out (a variable that is not set?)"
            where = about if about.startswith("-") else "an argument"
            raise e.SettingsError(where, "", wanted)


def _readable(word: str) -> str:
    """A pattern of the table, for people."""
    return "'" + word.replace(r"(\w+)", "…").replace(r"\1", "…") + "'"


def _parted(line: Sequence[str]) -> tuple[list[str], list[str]]:
    """What may stand anywhere, and the rest."""
    first: list[str] = []
    rest: list[str] = []
    words = iter(line)
    for word in words:
        if word == "--":
            return first, [*rest, word, *words]
        if word in WITH_VALUE:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word in ALONE or word.startswith(tuple(f"{name}=" for name in WITH_VALUE)):
            first.append(word)
        else:
            rest.append(word)
    return first, rest


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
