"""docs/cli.md names every command and every exit code, and no other."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

from tieline.compose.features import VOCABULARY
from tieline.surfaces.cli import main

PAGE = (Path(__file__).parents[3] / "docs" / "cli.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^(tieline .+?) *(?:# .*)?$", PAGE, re.MULTILINE) + re.findall(
    r"`(tieline [^`]+)`", PAGE
)


def commands() -> set[str]:
    root: Any = typer.main.get_command(main.app_of(VOCABULARY))
    found = set()
    for name, command in root.commands.items():
        inner = getattr(command, "commands", None)
        found |= {name} if inner is None else {f"{name} {one}" for one in inner}
    return found


def test_every_command_has_an_example() -> None:
    used = {
        name
        for name in commands()
        for line in EXAMPLES
        if line.startswith(f"tieline {name} ") or line.strip() == f"tieline {name}"
    }

    assert used == commands()


@pytest.mark.parametrize("line", EXAMPLES)
def test_every_example_can_be_parsed(line: str) -> None:
    root: Any = typer.main.get_command(main.app_of(VOCABULARY))
    words = main.hoisted(shlex.split(line)[1:])

    with root.make_context("tieline", words) as context:
        name, command, rest = root.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        while hasattr(command, "commands"):
            name, command, rest = command.resolve_command(context, rest)
        command.make_context(name, rest, parent=context)


def test_every_exit_code_is_told() -> None:
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)}

    assert told == {0, main.DEFECT, main.INTERRUPTED, *(code for _, code in main.CODES)}
