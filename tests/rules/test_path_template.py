"""Path templates: values come out percent-encoded, in their own segment, or not at all."""

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.formats.path_template import filled


def test_values_are_encoded_in_their_places() -> None:
    values = {"email": "ada+1@shop.example", "n": 7}

    assert filled("/contacts/{email}/notes/{n}", values) == (
        "/contacts/ada%2B1%40shop.example/notes/7"
    )


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_a_value_never_leaves_its_segment(value: str) -> None:
    path = filled("/a/{x}/b", {"x": value})

    assert path.count("/") == 3
    assert "?" not in path
    assert unquote(path.split("/")[2]) == value


@pytest.mark.parametrize(
    ("template", "values", "why"),
    [
        ("/a/{x}", {}, "has the places x; values were given for none"),
        ("/a", {"x": 1}, "has the places none; values were given for x"),
        ("/a/{x}", {"x": ""}, "'x' of path '/a/{x}' is empty"),
        ("/a/{x}", {"x": ".."}, "is made of dots"),
        ("/a/{x}", {"x": None}, "is a NoneType; use a text or a whole number"),
        ("/a/{x}", {"x": True}, "is a bool"),
    ],
)
def test_values_that_do_not_fit_are_refused(
    template: str, values: dict[str, object], why: str
) -> None:
    with pytest.raises(ValueError, match="path") as raised:
        filled(template, values)

    assert why in str(raised.value)
