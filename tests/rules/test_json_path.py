"""JSON path: what stands at a path is found, and nothing else ever is."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.rules.formats.json_path import find

DOCUMENT = {"data": {"items": [{"id": 7}, None], "0": "zero"}, "": {"x": 1}, "flag": False}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("", DOCUMENT),
        ("data.items.0.id", 7),
        ("data.items.1", None),
        ("data.items.2", None),
        ("data.items.-1", None),
        ("data.items.x", None),
        ("data.items.\u0661", None),
        ("data.0", "zero"),
        ("data.items.0.id.more", None),
        ("missing.data", None),
        ("flag", False),
        (".x", 1),
    ],
)
def test_a_path_leads_to_what_stands_there(path: str, found: object) -> None:
    assert find(DOCUMENT, path) == found


@settings(deadline=None)
@given(document=JSON, path=st.text(alphabet="ab0.", max_size=8))
def test_no_document_and_no_path_break_the_search(document: object, path: str) -> None:
    find(document, path)
