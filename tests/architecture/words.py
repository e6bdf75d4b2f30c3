"""Words: names in the source are made of words that are written down; no two classes share one.

    python -m tests.architecture.words

A name is made of words: ``issue_writer``, ``IssueWriter``. Each word, its plain form, or the whole
name has to be a word of the glossary or of the list of field words beside this file, the name of a
product or a standard, or a word of grammar.
"""

import ast
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tieline"
GLOSSARY = ROOT / "docs" / "glossary.md"
FIELD_WORDS = Path(__file__).with_name("field_words.md")

GRAMMAR = """
    a about after again all an as at before by each every for from in into many me new next no not
    now of off on one or other out to up why with without
"""
"""Words that say how others belong together, and mean nothing by themselves."""

NAMED_ELSEWHERE = """
    aiohttp api basic bearer cli db ed25519 hmac http id json openapi postgres sql sqlite tieline
    tls url xml
"""
"""Names of standards, products and libraries; names of systems are those of the connectors."""

IRREGULAR = {
    "found": "find",
    "held": "hold",
    "hidden": "hide",
    "kept": "keep",
    "known": "know",
    "lost": "lose",
    "made": "make",
    "sent": "send",
    "shown": "show",
    "swept": "sweep",
    "taken": "take",
}
"""Forms that no rule makes."""

ENDINGS = (
    ("ies", "y"), ("ied", "y"), ("ier", "y"), ("s", ""), ("es", ""),
    ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("er", ""), ("er", "e"),
    ("or", ""), ("or", "e"),
)  # fmt: skip
"""Of a plural, a past, a present and whoever does it: what is taken off, and put there instead."""

SHORTEST = 2
"""Letters of a word that has a form: ``red`` and ``ring`` are none of ``r``."""


@dataclass(frozen=True, slots=True)
class Name:
    """The name of a file, of a folder of files, or of a class."""

    text: str
    place: str
    """Where it is, below the package."""


def words_of(name: str) -> list[str]:
    """The words of ``snake_case`` or ``CamelCase``, in lower case; capitals in a row are one."""
    return [w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]


def plain_forms(word: str) -> Iterator[str]:
    """The words of which *word* may be a form."""
    if word in IRREGULAR:
        yield IRREGULAR[word]
    for ending, instead in ENDINGS:
        stem = word.removesuffix(ending)
        if stem != word and len(stem + instead) >= SHORTEST:
            yield stem + instead
            if not instead and stem[-1] == stem[-2]:
                yield stem[:-1]  # ``admitted``


def is_known(word: str, known: Collection[str]) -> bool:
    """Whether *word*, or its plain form (of ``counters``: ``counter``, ``count``), is *known*."""
    return word in known or any(
        plain in known or any(plainer in known for plainer in plain_forms(plain))
        for plain in plain_forms(word)
    )


def unknown_words(name: str, known: Collection[str]) -> list[str]:
    """The words of *name* that are not written down; none if *name* itself is."""
    if name in known:
        return []
    return [word for word in words_of(name) if not is_known(word, known)]


def rows(path: Path) -> Iterator[tuple[list[str], str]]:
    """The entries of a table of words: the words of one entry, and what they mean."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|") or line.startswith(("|-", "| Word |")):
            continue
        first, meaning = (cell.strip() for cell in line.strip("|").split("|", 1))
        yield [word.strip(" `") for word in first.split(",")], meaning


def written_down(root: Path = ROOT) -> frozenset[str]:
    """Every word that a name may be made of."""
    terms = {
        word
        for path in (root / GLOSSARY.relative_to(ROOT), root / FIELD_WORDS.relative_to(ROOT))
        for entry, _ in rows(path)
        for term in entry
        for word in (term, *term.lower().split())
    }
    products = {
        word
        for folder in (root / "src" / "tieline" / "connectors").iterdir()
        if folder.is_dir()
        for word in words_of(folder.name)
    }
    return frozenset(terms | products | {*GRAMMAR.split(), *NAMED_ELSEWHERE.split()})


def classes(package: Path = PACKAGE) -> Iterator[Name]:
    """Every class at the top of a file, private ones too."""
    for path in sorted(package.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef):
                yield Name(node.name, f"{path.relative_to(package)}:{node.lineno}")


def files(package: Path = PACKAGE) -> Iterator[Name]:
    """Every file by its stem, and every package by its folder."""
    for path in sorted(package.rglob("*.py")):
        text = path.parent.name if path.stem == "__init__" else path.stem
        if text != "__main__":
            yield Name(text, str(path.relative_to(package)))


def unknown(names: Collection[Name], known: Collection[str]) -> list[str]:
    """What to say of names with words that are not written down."""
    return [
        f"{name.place}: {name.text}: {', '.join(missing)}"
        for name in names
        if not name.text.startswith("_") and (missing := unknown_words(name.text, known))
    ]


def twice(names: Collection[Name]) -> Mapping[str, list[str]]:
    """Names that stand for several classes, and where those are."""
    places: dict[str, list[str]] = {}
    for name in names:
        places.setdefault(name.text, []).append(name.place)
    return {text: where for text, where in places.items() if len(where) > 1}


def main() -> int:
    """Print what is wrong, and the two counts."""
    found = list(classes())
    strange = unknown([*files(), *found], written_down())
    doubled = twice(found)
    lines = [*strange, *(f"{text}: {', '.join(where)}" for text, where in doubled.items())]
    lines.append(f"unknown {len(strange)}, twice {len(doubled)}")
    sys.stdout.write("\n".join(lines) + "\n")
    return bool(strange or doubled)


if __name__ == "__main__":
    sys.exit(main())
