"""What a terminal or a log is shown can do nothing there."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.formats.plain_text import inert


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("order 84219", "order 84219"),
        ("", ""),
        ("Grüße 日本 👩‍💻", "Grüße 日本 👩‍💻"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\nb\rc\td", "a\\nb\\rc\\td"),
        ("\x00\x07\x7f\x9b", "\\x00\\x07\\x7f\\x9b"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u2066b\u2069\u200f", "a\\u2066b\\u2069\\u200f"),
        ("one\u2028two\u2029", "one\\u2028two\\u2029"),
        ("\ufeffx\u00ad", "\\ufeffx\\xad"),
        ("half \ud800", "half \\ud800"),
        ("tag \U000e0041", "tag \\U000e0041"),
    ],
)
def test_what_could_act_on_a_terminal_is_spelt_out(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_a_text_over_the_limit_is_cut_and_says_so() -> None:
    assert inert("abcdef", 4) == "abc…"
    assert inert("abcd", 4) == "abcd"
    assert inert("\x1b\x1b", 4) == "\\x1…"
    assert inert("abc", 0) == ""


@given(st.text(st.characters(), max_size=80), st.integers(0, 60))
def test_the_result_is_harmless_bounded_and_stays_the_same_when_made_twice(
    text: str, limit: int
) -> None:
    shown = inert(text, limit)

    assert len(shown) <= limit
    assert inert(shown, limit) == shown
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cs", "Zl", "Zp"}
    shown.encode()
