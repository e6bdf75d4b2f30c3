"""The sets of run states are defined once, in the rules; what SQL must spell out agrees."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from tests.queries import ADAPTERS, FEATURES, SOURCE

from tieline.features.records.api import runs as api
from tieline.model.runs.run import RunState
from tieline.rules.runs import transitions as law

HOME = SOURCE / "rules/runs/transitions.py"
NAMED = {
    name: found
    for name, found in vars(law).items()
    if isinstance(found, frozenset) and len(found) > 1 and not name.startswith("_")
}
ALL = frozenset(RunState)
OF_OTHERS = {frozenset({"running", "done", "cancelled"}), frozenset({"done", "confirmed"})}
"""States of replays and operations, and outcomes of attempts, which have some words in common."""
OF_THE_LAW = {some for targets in law.NEXT.values() for some in (targets, targets & law.LIVE)}
"""What the guards of the schema compare with: the ways out of a state."""
TIMED = law.PARKED - {RunState.HELD}
"""What a row of work must have a time or a thing for."""
LIST = re.compile(r"\bstate\s+(?:NOT\s+)?(?:in|IN)\s*\(([^()]*)\)")
WORDS = re.compile(r"['\"](\w+)['\"]")
SPELLED = sorted(
    file
    for place in (ADAPTERS, FEATURES, SOURCE / "surfaces")
    for suffix in ("sql", "html")
    for file in place.rglob(f"*.{suffix}")
    if LIST.search(file.read_text(encoding="utf-8"))
)


def literals(file: Path) -> Iterator[tuple[int, frozenset[str]]]:
    """The lists of words in a Python file, and where they stand."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Set | ast.Tuple | ast.List):
            yield node.lineno, frozenset(word for one in node.elts if (word := _word(one)))


def _word(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Attribute(value=ast.Name(id="RunState" | "S"), attr=name):
            return str(RunState[name])
        case _:
            return None


def test_the_sets_have_names() -> None:
    assert set(NAMED) == {"FINAL", "LIVE", "ODD", "PARKED", "STUCK", "TERMINAL", "UNFINISHED"}
    assert len(set(NAMED.values())) == len(NAMED), "two names for one set"


def test_no_other_python_file_spells_one_of_them_out() -> None:
    """Those of two states are words of other things too, such as tones: not looked for."""
    wanted = {frozenset(map(str, some)): name for name, some in NAMED.items() if len(some) > 2}
    again = [
        f"{file.relative_to(SOURCE)}:{line}: {wanted[words]}"
        for file in sorted(SOURCE.rglob("*.py"))
        if file != HOME
        for line, words in literals(file)
        if words in wanted
    ]

    assert again == []


@pytest.mark.parametrize("file", SPELLED, ids=lambda file: str(file.relative_to(SOURCE)))
def test_a_list_of_states_in_sql_or_a_template_is_one_of_them(file: Path) -> None:
    known = {*NAMED.values(), ALL, TIMED, *OF_OTHERS}
    if "law_of_states" in file.name:
        known |= OF_THE_LAW
    for match in LIST.finditer(file.read_text(encoding="utf-8")):
        words = frozenset(WORDS.findall(match[1]))
        assert words in known or not words <= ALL, match[0]


def test_the_states_that_callers_may_name_are_all() -> None:
    assert frozenset(get_args(api.State)) == ALL
