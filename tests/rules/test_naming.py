"""Names that are told hold nothing that must not be, in whatever coding it got there."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.privacy.naming import told_key, told_name, told_path
from tieline.rules.privacy.sensitive import forms_of, without_forms

EMAIL = "Ada+1@shop.example"
FORMS = forms_of((EMAIL, "a/b/c"))


def clean(text: str) -> str:
    return without_forms(text, FORMS)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/contacts", "/contacts"),
        ("/contacts/", "/contacts/"),
        ("/contacts/{email}", "/contacts/{email}"),
        ("/leads/lead%201", "/leads/lead%201"),
        (f"/contacts/{EMAIL}/notes", "/contacts/[redacted]/notes"),
        (f"/contacts/{quote(EMAIL)}", "/contacts/[redacted]"),
        (f"/contacts/{quote(EMAIL, safe='@')}", "/contacts/[redacted]"),
        (f"/contacts/{quote(EMAIL, safe='+')}", "/contacts/[redacted]"),
        (f"/contacts/{quote(EMAIL.lower()).lower()}", "/contacts/[redacted]"),
        (f"/contacts/{quote(quote(EMAIL))}", "/contacts/[redacted]"),
        ("/contacts/ADA%2B1@SHOP.EXAMPLE", "/contacts/[redacted]"),
        (f"/contacts/by-{quote(EMAIL)}-now", "/contacts/[redacted]"),
        ("/files/a%2Fb%2Fc", "/files/[redacted]"),
        ("/files/a/b/c", "/[redacted]"),
        ("/files/a/b%2Fc", "/[redacted]"),
    ],
)
def test_a_path_is_told_without_the_segments_that_hold_a_value(path: str, told: str) -> None:
    assert told_path(path, clean) == told


@given(st.text(min_size=3, max_size=20).filter(str.isprintable))
def test_a_value_in_a_path_is_never_told(value: str) -> None:
    forms = forms_of((value,))

    told = told_path(f"/x/{quote(value, safe='')}/0", lambda text: without_forms(text, forms))

    assert quote(value, safe="") not in told.replace("[redacted]", "") or value in "[redacted]"


def test_a_step_is_told_without_the_value_and_a_key_as_a_hash_of_its_event() -> None:
    assert told_name("notify", clean) == "notify"
    assert told_name(f"notify {EMAIL}", clean) == "notify [redacted]"
    assert told_name(f"notify {quote(EMAIL, safe='@')}", clean) == "[redacted]"
    assert told_key("line-7", clean, "evt_1") == "line-7"
    one, other = (told_key(EMAIL, clean, event) for event in ("evt_1", "evt_2"))
    assert one.startswith("sha256:")
    assert one != other
    assert one == told_key(EMAIL, clean, "evt_1")
