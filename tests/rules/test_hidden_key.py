"""What stands for a business name that nobody may see."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.privacy.hidden_key import forms_asked, hidden_key


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
