"""Words: names are made of words that are written down, and none stands for two things."""

import pytest
from tests.architecture.words import (
    FIELD_WORDS,
    GLOSSARY,
    Name,
    classes,
    files,
    is_known,
    rows,
    twice,
    unknown,
    words_of,
    written_down,
)

MOST_FIELD_WORDS = 150
KNOWN = frozenset({"admit", "authority", "count", "issue", "run", "retry", "store", "write"})


def test_every_file_and_public_class_is_named_in_words_that_are_written_down() -> None:
    assert unknown([*files(), *classes()], written_down()) == []


def test_no_class_name_stands_twice() -> None:
    assert twice(list(classes())) == {}


def test_the_field_words_are_few_and_each_has_a_meaning() -> None:
    entries = list(rows(FIELD_WORDS))

    assert len(entries) <= MOST_FIELD_WORDS
    assert all(meaning for _, meaning in [*entries, *rows(GLOSSARY)])


def test_a_word_is_explained_once() -> None:
    terms = [term for path in (GLOSSARY, FIELD_WORDS) for entry, _ in rows(path) for term in entry]

    assert sorted({term for term in terms if terms.count(term) > 1}) == []


def test_what_stands_in_one_row_is_one_family_of_words() -> None:
    for entry, _ in rows(FIELD_WORDS):
        assert len({word[:3] for word in entry}) == 1, entry


def test_a_field_word_is_used() -> None:
    used = {word for name in (*files(), *classes()) for word in (name.text, *words_of(name.text))}
    unused = [
        entry
        for entry, _ in rows(FIELD_WORDS)
        if not any(
            is_known(word, {part for term in entry for part in term.split()}) for word in used
        )
    ]

    assert unused == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("issue_writer", ["issue", "writer"]),
        ("IssueWriter", ["issue", "writer"]),
        ("Ed25519Scheme", ["ed25519", "scheme"]),
        ("JSONLog", ["json", "log"]),
    ],
)
def test_a_name_is_taken_apart(name: str, words: list[str]) -> None:
    assert words_of(name) == words


@pytest.mark.parametrize(
    "form",
    ["stores", "stored", "storing", "admitted", "admitter", "retries", "retried", "counters"],
)
def test_a_plain_form_is_known_by_its_word(form: str) -> None:
    assert is_known(form, KNOWN)


@pytest.mark.parametrize("other", ["storage", "restore", "recount", "author", "red", "ring"])
def test_what_is_no_plain_form_is_another_word(other: str) -> None:
    assert not is_known(other, KNOWN)


def test_an_unknown_word_is_told_with_its_place() -> None:
    told = unknown([Name("IssueGizmo", "a.py:3"), Name("_Gizmo", "a.py:9")], KNOWN)

    assert told == ["a.py:3: IssueGizmo: gizmo"]


def test_a_name_of_two_classes_is_told_with_both_places() -> None:
    told = twice([Name("Guard", "a.py:3"), Name("Run", "a.py:9"), Name("Guard", "b.py:1")])

    assert told == {"Guard": ["a.py:3", "b.py:1"]}
