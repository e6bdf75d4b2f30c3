"""Words: what stands on a page is inert, and says the same to everybody."""

import pytest
from markupsafe import Markup

from tieline.compose.features import template_folders
from tieline.model.runs.run import RunState
from tieline.surfaces.console import format as words
from tieline.surfaces.console.page_parts import STATIC, environment

HOSTILE = '"><script>alert(1)</script>\u202etxt\x1b[2J'


def test_whatever_came_from_outside_is_inert_on_a_page() -> None:
    made = environment().from_string("<p title='{{ text }}'>{{ text }}</p>").render(text=HOSTILE)

    assert "<script" not in made
    assert "\u202e" not in made
    assert "\x1b" not in made
    assert "\\u202e" in made


def test_a_document_keeps_its_lines_and_nothing_else_that_moves() -> None:
    shown = words.document({"a": "1\n2", "b": "\u202e"})

    assert shown.splitlines()[0] == "{"
    assert "\u202e" not in shown


@pytest.mark.parametrize("state", [str(state) for state in RunState])
def test_every_state_has_a_colour_and_a_drawing(state: str) -> None:
    icons = (STATIC / "icons.svg").read_text(encoding="utf-8")
    made = words.badge(state)

    assert state in words.TONES
    drawn = words.ICONS.get(state, state)
    assert f'<symbol id="{drawn}"' in icons
    assert f"#{drawn}" in made


def test_every_drawing_that_a_template_names_is_there() -> None:
    icons = (STATIC / "icons.svg").read_text(encoding="utf-8")
    drawn = {*words.ICONS.values(), *words.KINDS.values(), *words.DRAWN}

    assert [name for name in drawn if f'id="{name}"' not in icons] == []


def test_a_moment_is_exact_in_utc_whatever_the_script_does() -> None:
    made = words.at(1_767_225_600_123_456)

    assert 'datetime="2026-01-01T00:00:00.123Z"' in made
    assert 'title="2026-01-01 00:00:00.123 UTC"' in made
    assert isinstance(made, Markup)


@pytest.mark.parametrize(
    ("part", "text"),
    [(None, "\u2013"), (1.0, "100 %"), (0.0, "0 %"), (0.5, "50 %"), (0.9951, "99.5 %")],
)
def test_shares_say_more_where_it_matters(part: float | None, text: str) -> None:
    assert words.share(part) == text


def test_every_template_can_be_read() -> None:
    made = environment(template_folders())

    for name in made.list_templates():
        made.get_template(name)


def test_a_badge_says_what_people_call_a_state() -> None:
    assert "queued" in words.badge("ready")
    assert "outcome unknown" in words.badge("in-doubt")
    assert "waiting for crm-2" in words.badge("waiting", "waiting for crm-2")


@pytest.mark.parametrize(
    ("kind", "status", "said"),
    [
        ("rejected", 422, "rejected 422"),
        ("refused-422", None, "rejected 422"),
        ("refused", 401, "rejected at the door 401"),
        ("quarantined", 202, "quarantined"),
    ],
)
def test_a_failure_is_called_by_who_said_no(kind: str, status: int | None, said: str) -> None:
    assert words.kind_words(kind, status) == said


def test_what_somebody_typed_is_sent_again_as_it_was() -> None:
    hash_ = "sha256:" + "3fa4c1d2" * 4

    assert words.shown(hash_) == "hidden key 3fa4c1d2"
    assert words.as_given(hash_) == hash_
    assert words.as_given("<b>\n</b>") == "&lt;b&gt;\n&lt;/b&gt;"
    assert words.as_given(None) == ""
