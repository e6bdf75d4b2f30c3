"""The shape of a path: words stay, whatever may be a value does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.rules.outbound.endpoint import MOST_SEGMENTS, endpoint_of


@pytest.mark.parametrize(
    ("path", "shape"),
    [
        ("/", "/"),
        ("/chat.postMessage", "/chat.postMessage"),
        ("/v1/payment_intents", "/v1/payment_intents"),
        ("/contacts/{email}", "/contacts/{email}"),
        ("/contacts/[redacted]", "/contacts/{}"),
        ("/contacts/person9%40shop.example", "/contacts/{}"),
        ("/contacts/ada@shop.example", "/contacts/{}"),
        ("/leads/lead_1/notes/", "/leads/{}/notes/"),
        ("/orders/84219?expand=lines", "/orders/{}"),
        ("/files/01a1b2c3-aaaa", "/files/{}"),
        ("/" + "x" * 41, "/{}"),
        ("/" + "/".join("abcdefghijklmno"), "/a/b/c/d/e/f/g/h/i/j/k/…"),
    ],
)
def test_only_words_versions_and_places_of_a_path_stay(path: str, shape: str) -> None:
    assert endpoint_of(path) == shape


@given(st.text())
def test_every_text_has_a_shape_which_is_its_own(path: str) -> None:
    shape = endpoint_of(path)

    assert shape.count("/") <= MOST_SEGMENTS
    assert not set(shape) & set("0123456789%@?") or "v" in shape
