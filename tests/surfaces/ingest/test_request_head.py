"""Request head: where a request is for, to the letter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.surfaces.ingest.request_head import origin_form, source_of

URL_TEXT = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=40)


@given(URL_TEXT)
def test_a_path_is_taken_to_the_letter(text: str) -> None:
    assert origin_form(f"/{text}".encode()) == f"/{text}"


@given(
    st.sampled_from(["http://", "https://", "HTTP://"]),
    st.sampled_from(["a.example", "a.example:80", "[::1]:80", "u@a.example"]),
    URL_TEXT,
)
def test_of_an_absolute_url_the_path_and_query_are_taken_to_the_letter(
    scheme: str, host: str, text: str
) -> None:
    assert origin_form(f"{scheme}{host}/{text}".encode()) == f"/{text}"


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("/in/billing", "billing"),
        ("/in/billing?a=/in/other", "billing"),
        ("/in/a/b", "a/b"),
        ("/in/", ""),
        ("/in", ""),
        ("/x/in/billing", ""),
        ("//in/billing", ""),
        ("?/in/billing", ""),
        ("*", ""),
    ],
)
def test_a_source_is_what_stands_behind_the_prefix(target: str, source: str) -> None:
    assert source_of(target) == source


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        (b"http://a.example", "/"),
        (b"http://a.example?x=1", "/?x=1"),
        (b"http://a.example/?x=1", "/?x=1"),
        (b"a.example:443", "a.example:443"),
        (b"*", "*"),
        (b"ws://a.example/in/x", "ws://a.example/in/x"),
    ],
)
def test_a_target_without_a_path_is_no_source(target: bytes, wanted: str) -> None:
    assert origin_form(target) == wanted
    assert source_of(origin_form(target)) == ""
