"""Delivery body: what is read in a body is what its source says, and nothing else."""

from contextlib import suppress
from urllib.parse import parse_qsl, urlencode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.payload import Json, PayloadFault
from tieline.model.inbound.signature import BodyForm
from tieline.rules.inbound.delivery_body import BodyReader


def read_body(form: BodyForm, raw: bytes) -> Json:
    return BodyReader(form).read(raw)[0]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(st.dictionaries(TEXT, TEXT, min_size=1, max_size=8))
def test_what_a_form_writer_wrote_is_read(fields: dict[str, str]) -> None:
    assert read_body(BodyForm.FORM, urlencode(fields).encode()) == fields


@given(st.binary(max_size=200))
def test_bytes_are_a_document_or_are_rejected(raw: bytes) -> None:
    for form in BodyForm:
        with suppress(PayloadRejected):
            orjson.dumps(read_body(form, raw))


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8))
def test_no_field_of_a_form_is_lost(fields: list[tuple[str, str]]) -> None:
    raw = urlencode(fields).encode()

    document = read_body(BodyForm.FORM, raw)

    assert isinstance(document, dict)
    found = [
        (name, one)
        for name, value in document.items()
        for one in (value if isinstance(value, list) else [value])
    ]
    assert sorted(found) == sorted(parse_qsl(raw.decode(), keep_blank_values=True))


def test_a_repeated_name_has_a_list_in_order() -> None:
    assert read_body(BodyForm.FORM, b"a=2&b=x&a=1&a=") == {"a": ["2", "1", ""], "b": "x"}


def test_empty_pairs_are_nothing() -> None:
    assert read_body(BodyForm.FORM, b"&a=1&&b=2&") == {"a": "1", "b": "2"}


def test_the_payload_is_json_whatever_stands_beside_it() -> None:
    raw = urlencode({"token": "x", "payload": '{"a":[1,2.5,"ä"]}'}).encode()

    assert read_body(BodyForm.FORM_PAYLOAD, raw) == {"a": [1, 2.5, "ä"]}


@pytest.mark.parametrize(
    ("form", "raw", "fault"),
    [
        pytest.param(BodyForm.JSON, b"a=1", PayloadFault.SYNTAX, id="a form for JSON"),
        pytest.param(BodyForm.FORM, b'{"a":1}', PayloadFault.SYNTAX, id="JSON for a form"),
        pytest.param(BodyForm.FORM, b"", PayloadFault.SYNTAX, id="nothing"),
        pytest.param(BodyForm.FORM, b"a=1&b", PayloadFault.SYNTAX, id="a name alone"),
        pytest.param(BodyForm.FORM, b"a=%ff", PayloadFault.ENCODING, id="no UTF-8"),
        pytest.param(BodyForm.FORM, b"a=\xc3\xa4", PayloadFault.ENCODING, id="raw bytes"),
        pytest.param(BodyForm.FORM, b"a=&" * 1001, PayloadFault.TOO_MANY_KEYS, id="too many"),
        pytest.param(BodyForm.FORM_PAYLOAD, b"x=1", PayloadFault.SYNTAX, id="no payload"),
        pytest.param(
            BodyForm.FORM_PAYLOAD, b"payload=1&payload=1", PayloadFault.SYNTAX, id="two payloads"
        ),
        pytest.param(
            BodyForm.FORM_PAYLOAD,
            b"payload=%7B%22a%22:1,%22a%22:2%7D",
            PayloadFault.DUPLICATE_KEY,
            id="a key twice in the payload",
        ),
    ],
)
def test_a_body_of_another_form_is_rejected(
    form: BodyForm, raw: bytes, fault: PayloadFault
) -> None:
    with pytest.raises(PayloadRejected) as caught:
        read_body(form, raw)

    assert caught.value.fault is fault
