"""What stands for a business name that nobody may see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.privacy.hidden_key import (
    after,
    beginning_asked,
    forms_asked,
    hidden_key,
    hidden_value,
    readable,
    readable_identity,
    readable_lane,
)

ANN = hidden_key("ann@shop.example")
SHORT = ANN[7:15]
LONG = "sha256:" + "3fa4c1d2" * 8


@pytest.mark.parametrize("written", ["ann@shop.example", "Ann@Shop.Example", " ann@shop.example\n"])
def test_an_address_is_the_same_however_people_write_it(written: str) -> None:
    assert hidden_key(written) == hidden_key("ann@shop.example")


def test_another_address_is_another_key() -> None:
    assert hidden_key("ann@shop.example") != hidden_key("anne@shop.example")


@given(st.text(min_size=3))
def test_what_stands_for_a_name_is_short_and_does_not_say_it(name: str) -> None:
    hidden = hidden_key(name)

    assert len(hidden) == 39
    assert hidden.startswith("sha256:")
    assert set(hidden.removeprefix("sha256:")) <= set("0123456789abcdef")
    assert forms_asked(name)[0] == name
    assert forms_asked(hidden) == (hidden,)


def test_people_read_a_short_form_and_never_the_hash() -> None:
    assert readable(f"the event has the key email:{ANN}") == (
        f"the event has the key email:hidden key {SHORT}"
    )
    assert readable(f"x is to run, in lane {LONG}, again") == (
        "x is to run, in lane hidden key 3fa4c1d2, again"
    )
    assert (readable_lane(LONG), readable_lane("cus_1")) == ("hidden key 3fa4c1d2", "cus_1")
    assert readable_identity(LONG) == "body 3fa4c1d2"
    assert readable_identity(f"{LONG}:2") == "body 3fa4c1d2:2"
    assert (hidden_value(ANN), hidden_value("#1")) == (f"hidden value {SHORT}", "#1")


@pytest.mark.parametrize("text", ["", "cus_1", f"image {LONG} is gone", "sha256: of what"])
def test_what_is_no_pseudonym_of_ours_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


@given(st.text(min_size=3))
def test_what_people_read_is_what_they_may_type(name: str) -> None:
    hidden = hidden_key(name)
    shown = readable(hidden)

    for typed in (shown, shown.removeprefix("hidden key "), shown.upper(), f" a {shown} "):
        low = beginning_asked(typed)
        assert low is not None
        assert low <= hidden < after(low)


@pytest.mark.parametrize(
    "typed", ["ann@shop.example", "84219", "3fa4c1", "hidden key 3fa4", "3fa4c1d2x", "key 3fa4c1d2"]
)
def test_other_words_are_no_short_form(typed: str) -> None:
    assert beginning_asked(typed) is None
