"""Words on the screen: nothing that people read says a word that has a better one.

What machines read (``--json``, the API's names, the database) keeps its words.
"""

import ast
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import typer

from tieline.compose.features import VOCABULARY, pages, template_folders
from tieline.surfaces.cli.main import app_of

ROOT = Path(__file__).parents[2]
TEMPLATES = [ROOT / "src/tieline/surfaces/console/templates", *template_folders()]
GOLDEN = Path(__file__).parent / "cli/golden"
"""Word that is not said → the right one."""
FORBIDDEN: dict[str, str] = {
    r"\btries\b(?! to\b)": "attempts",
    r"\b(?:a|each|every|no|next|last|latest|the|this) try\b": "attempt",
    r"\bsha256:": "hidden key 3fa4c1d2 (rules/privacy/hidden_key.py)",
    r"\b(?:ended|all is|is|stands) well\b|\bwell\"": "healthy, or succeeded",
    r"\bHold the\b|\bholds? (?:it|the work|the calls|the others)\b|\bsomebody holds\b": "pause",
    r"\blet (?:it|\w+ \w+) go on\b": "resume",
    r"\beffect keys?\b": "idempotency key",
    r"\bas (?:a )?new actions?\b": "repeat side effects",
    r"\bevidence\b": "stack trace, or reason",
    r"\busual pause\b|\blongest of late\b": "interval, max gap",
    r"\bin doubt\b": "outcome unknown",
    r"\brefused\b(?! connection)": "rejected",
    r"\bmend(?:s|ed|ing)?\b": "fix",
    r"\bpick(?:s|ed)?\b": "select",
    r"\bkept back\b|\bkeeps calls back\b|\bcalls out\b": "circuit open, in flight",
    r"\bbreaker open\b": "circuit open",
    r"\bclosed? without\b": "discard",
    r"\bat work\b": "running",
    r"\bturned away at\b": "rejected at the door",
}
PATTERNS = {re.compile(text, re.IGNORECASE): right for text, right in FORBIDDEN.items()}
CODE = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
SAID_BY_CODE = re.compile(r"""(?<!==\s)(?<!\w\[)["']([A-Z][^"'\n]*?)["']""")
"""A text in a template's code that is a sentence or a title; stored words are in small letters."""


def faults(text: str) -> list[str]:
    return [
        f"{found[0]!r} in {text[max(0, found.start() - 40) : found.end() + 40]!r}: say {right}"
        for pattern, right in PATTERNS.items()
        for found in pattern.finditer(text)
    ]


class Words(HTMLParser):
    """The words of a page, without its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        shown = {"title", "placeholder", "aria-label", "data-name"}
        self.said += [value for name, value in attrs if name in shown and value]


def words_of(template: str) -> list[str]:
    """What a template says in its own name."""
    page = Words()
    page.feed(re.sub(r"\{\{.*?\}\}", "", CODE.sub("", template), flags=re.DOTALL))
    return [*page.said, *SAID_BY_CODE.findall(template)]


@pytest.mark.parametrize(
    "file",
    sorted(file for folder in TEMPLATES for file in folder.rglob("*.html")),
    ids=lambda file: f"{file.parent.parent.name}/{file.name}",
)
def test_a_template_says_the_right_words(file: Path) -> None:
    assert [
        fault for text in words_of(file.read_text(encoding="utf-8")) for fault in faults(text)
    ] == []


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("*.txt")), ids=lambda file: file.stem)
def test_the_command_line_prints_the_right_words(file: Path) -> None:
    assert faults(file.read_text(encoding="utf-8")) == []


def test_the_menu_and_what_is_told_after_a_change_say_the_right_words() -> None:
    for one in pages():
        for text in (*(entry.link.name for entry in one.menu), *one.told.values()):
            assert faults(text) == [], text


def test_the_summaries_of_the_api_say_the_right_words() -> None:
    document = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
    summaries = [call["summary"] for path in document["paths"].values() for call in path.values()]

    assert len(summaries) > 40
    assert [fault for text in summaries for fault in faults(text)] == []


SAYS = ("features", "operations", "surfaces/cli", "surfaces/console")


@pytest.mark.parametrize("folder", SAYS)
def test_the_sentences_in_the_code_say_the_right_words(folder: str) -> None:
    """Texts of several words; docstrings and stored words are something else."""
    wrong = []
    for file in sorted((ROOT / "src/tieline" / folder).rglob("*.py")):
        if file.name == "deprecated.py":
            continue
        for text in sentences(ast.parse(file.read_text(encoding="utf-8"))):
            wrong += [f"{file.name}: {fault}" for fault in faults(text)]
    assert wrong == []


def sentences(tree: ast.AST) -> Iterator[str]:
    """Texts with a space in them that are no docstrings."""
    apart = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in apart and " " in node.value:  # type: ignore[attr-defined]
            yield node.value  # type: ignore[attr-defined]


def helps() -> Iterator[tuple[str, str]]:
    """Each command, and its help."""

    def each(name: str, command: object, above: typer.Context | None) -> Iterator[tuple[str, str]]:
        context = command.make_context(name, [], parent=above, resilient_parsing=True)  # type: ignore[attr-defined]
        yield context.command_path, command.get_help(context)  # type: ignore[attr-defined]
        for inner, one in getattr(command, "commands", {}).items():
            yield from each(inner, one, context)

    yield from each("tieline", typer.main.get_command(app_of(VOCABULARY)), None)


@pytest.mark.parametrize(
    ("name", "text"), list(helps()), ids=lambda one: one if len(one) < 40 else ""
)
def test_help_says_the_right_words(name: str, text: str) -> None:
    assert faults(text) == [], name
