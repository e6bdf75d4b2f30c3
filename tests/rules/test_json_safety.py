"""What is taken as a JSON document, and what is not."""

import base64
import json
import math
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.errors import PayloadRejected, SettingsError, TielineError
from tieline.model.base.payload import PayloadFault
from tieline.rules.formats.json_limits import DEFAULT_LIMITS, JsonLimits, parse

VECTORS: dict[str, str] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "json-parsing.json").read_text("utf-8")
)["files"]
TWO_READINGS = {"y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json"}


def fault_of(raw: bytes, limits: JsonLimits = DEFAULT_LIMITS) -> PayloadFault:
    with pytest.raises(PayloadRejected) as caught:
        parse(raw, limits)
    return caught.value.fault


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_a_public_vector_is_taken_or_refused_as_it_should_be(name: str) -> None:
    raw = base64.b64decode(VECTORS[name])

    if name.startswith("y_") and name not in TWO_READINGS:
        assert parse(raw) == json.loads(raw)
    elif name.startswith("n_") or name in TWO_READINGS:
        assert isinstance(fault_of(raw), PayloadFault)
    else:
        with suppress(PayloadRejected):
            parse(raw)


def test_the_vectors_are_there() -> None:
    assert len(VECTORS) == 318


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"", PayloadFault.SYNTAX),
        (b"   ", PayloadFault.SYNTAX),
        (b"{", PayloadFault.SYNTAX),
        (b"{} {}", PayloadFault.SYNTAX),
        (b"NaN", PayloadFault.SYNTAX),
        (b"[Infinity]", PayloadFault.SYNTAX),
        (b"[-Infinity]", PayloadFault.SYNTAX),
        (b'{"a":1,}', PayloadFault.SYNTAX),
        (b"{'a':1}", PayloadFault.SYNTAX),
        (b"[01]", PayloadFault.SYNTAX),
        (b"[0123456789012345678901]", PayloadFault.SYNTAX),
        (b"[1234567890123456789012x]", PayloadFault.SYNTAX),
        (b'["1234567890123456789012]', PayloadFault.SYNTAX),
        (b"\xef\xbb\xbf{}", PayloadFault.ENCODING),
        (b'"\xff"', PayloadFault.ENCODING),
        (b'"\\ud800"', PayloadFault.ENCODING),
        (b'{"\\udc00":1}', PayloadFault.ENCODING),
        (b'["\xff", 1234567890123456789012]', PayloadFault.ENCODING),
        ('{"a":"é"}'.encode("utf-16"), PayloadFault.ENCODING),
        (b"1e400", PayloadFault.NUMBER),
        (b"[-1e400]", PayloadFault.NUMBER),
        (b"[1e400, 1234567890123456789012]", PayloadFault.NUMBER),
        (b"1e1234567890123456789012", PayloadFault.NUMBER),
        (b"1" * 1001, PayloadFault.NUMBER),
        (b"-" + b"1" * 1001, PayloadFault.NUMBER),
        (b'{"a":1,"a":1}', PayloadFault.DUPLICATE_KEY),
        (b'{"a" : 1, "a"\n: 2}', PayloadFault.DUPLICATE_KEY),
        (b'{"a":1,"\\u0061":2}', PayloadFault.DUPLICATE_KEY),
        (b'{"x":{"a":1,"b":2,"a":3}}', PayloadFault.DUPLICATE_KEY),
        (b'[{"a":1},{"a":1,"a":{"b":1,"c":2}}]', PayloadFault.DUPLICATE_KEY),
        (b'{"a\\\\":1,"a\\\\":2}', PayloadFault.DUPLICATE_KEY),
        (b'{"t":"\\":","a":1,"a":2}', PayloadFault.DUPLICATE_KEY),
        (b'{"t":"\\\\","a":1,"a":2}', PayloadFault.DUPLICATE_KEY),
        (b'{"":1,"":2}', PayloadFault.DUPLICATE_KEY),
        (b'{"a":1,"a":12345678901234567890123}', PayloadFault.DUPLICATE_KEY),
        (b"[" * 65 + b"]" * 65, PayloadFault.TOO_DEEP),
        (b'{"a":' * 65 + b"1" + b"}" * 65, PayloadFault.TOO_DEEP),
        (b"[" * 2000 + b"]" * 2000, PayloadFault.TOO_DEEP),
        (b"[" * 1_000_000, PayloadFault.TOO_DEEP),
        (b'{"a":' * 200_000, PayloadFault.TOO_DEEP),
    ],
)
def test_what_could_be_misread_is_refused_with_its_reason(raw: bytes, fault: PayloadFault) -> None:
    assert fault_of(raw) is fault


@pytest.mark.parametrize(
    ("raw", "document"),
    [
        (b"null", None),
        (b' {"a" : [1, 2.50, "x"]}\n', {"a": [1, 2.5, "x"]}),
        (b'{"a":"1\\u0000"}', {"a": "1\x00"}),
        (b'{"__proto__":{"a":1}}', {"__proto__": {"a": 1}}),
        (b'{"say":"\\"a\\": 1, \\"a\\": 2"}', {"say": '"a": 1, "a": 2'}),
        (b'{"say":"{\\"a\\":1,\\"b\\":\\"c:\\\\\\"}"}', {"say": '{"a":1,"b":"c:\\"}'}),
        (b'{"a b":1,"ab":2}', {"a b": 1, "ab": 2}),
        (b'{"id":"1234567890123456789012"}', {"id": "1234567890123456789012"}),
        (b'{"t":"\\"1234567890123456789012"}', {"t": '"1234567890123456789012'}),
        (b"0.12345678901234567890123", Decimal("0.12345678901234567890123")),
        (b"1234567890123456789012.5", Decimal("1234567890123456789012.5")),
        (b"1234567890123456789012e2", Decimal("1234567890123456789012e2")),
        (b"0.30000000000000004", 0.30000000000000004),
        (b"1E2", 100.0),
        (b"-0", 0),
        (b"1e-400", 0.0),
        (b"[" * 64 + b"]" * 64, None),
    ],
)
def test_sound_documents_are_taken_as_they_are(raw: bytes, document: Any) -> None:
    found = parse(raw)

    assert found == (document if document is not None else json.loads(raw))


@pytest.mark.parametrize(
    "number",
    [
        2**53 + 1,
        2**63 - 1,
        2**63,
        2**64 - 1,
        2**64,
        -(2**63),
        -(2**63) - 1,
        10**19,
        10**400 + 1,
        -(10**999),
    ],
)
@pytest.mark.parametrize("frame", ["%d", "[%d]", '{"a": %d, "b": "\\u0041"}', "[ -1,%d , 2.0]"])
def test_no_digit_of_an_integer_is_ever_lost(frame: str, number: int) -> None:
    raw = (frame % number).encode()

    assert parse(raw) == json.loads(raw)
    assert str(number) in json.dumps(parse(raw))


def test_the_number_of_keys_is_counted_over_all_objects() -> None:
    fits = json.dumps([{f"k{n}": n for n in range(100)} for _ in range(100)]).encode()
    over = json.dumps([*json.loads(fits), {"one": 1}]).encode()

    assert parse(fits) == json.loads(fits)
    assert fault_of(over) is PayloadFault.TOO_MANY_KEYS


def test_limits_are_the_callers() -> None:
    limits = JsonLimits(depth=2, keys=2, integer_digits=20)

    assert parse(b'[{"a":1,"b":2}]', limits) == [{"a": 1, "b": 2}]
    assert fault_of(b"[[[]]]", limits) is PayloadFault.TOO_DEEP
    assert fault_of(b'{"a":1,"b":2,"c":3}', limits) is PayloadFault.TOO_MANY_KEYS
    assert parse(b"1" * 20, limits) == int("1" * 20)
    assert fault_of(b"1" * 21, limits) is PayloadFault.NUMBER


@pytest.mark.parametrize(
    "wrong",
    [{"depth": 0}, {"depth": 201}, {"keys": -1}, {"integer_digits": 19}, {"integer_digits": 4301}],
)
def test_limits_that_cannot_be_kept_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(SettingsError):
        JsonLimits(**wrong)


def test_a_rejection_says_why_without_any_value_of_the_payload() -> None:
    with pytest.raises(PayloadRejected) as caught:
        parse(b'{"card":"4242424242424242" "cvc":"123"}')

    assert isinstance(caught.value, TielineError)
    assert isinstance(caught.value, ValueError)
    assert "character" in caught.value.detail
    assert "4242" not in str(caught.value)
    assert "123" not in str(caught.value)


def test_a_repeated_key_is_named_harmlessly() -> None:
    with pytest.raises(PayloadRejected, match="appears twice") as caught:
        parse(b'{"\\u001b[2J":1,"\\u001b[2J":2}')

    assert "\x1b" not in caught.value.detail


@pytest.mark.parametrize(
    "hostile",
    [
        b'"' + b'\\"' * 500_000 + b"1" * 30,
        b"[" + b'"' * 500_001 + b"1" * 30,
        b"[" + b"1" * 1_000_000 + b"]",
        b"[" + b",".join([b"1" * 1001] * 1000) + b"]",
        b"{" + b",".join([b'"a":1'] * 100_000) + b"}",
        b'"' + b"\\" * 999_999,
    ],
)
def test_a_megabyte_meant_to_be_slow_is_refused_all_the_same(hostile: bytes) -> None:
    assert isinstance(fault_of(hostile), PayloadFault)


texts = st.text(st.characters(codec="utf-8"), max_size=8) | st.text('":\\ 1{}', max_size=8)
documents = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=25,
)
WRITERS: list[Callable[[Any], str]] = [
    json.dumps,
    lambda document: json.dumps(document, separators=(",", ":"), ensure_ascii=False),
    lambda document: json.dumps(document, indent=2),
    lambda document: json.dumps(document, separators=(" , ", "\t:\n"), ensure_ascii=False),
]


def same(one: Any, other: Any) -> bool:
    """Equal with equal types: 1, 1.0 and true are three things."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


@given(documents, st.sampled_from(WRITERS))
def test_whatever_is_written_is_read_as_the_standard_reader_does(
    document: Any, write: Callable[[Any], str]
) -> None:
    raw = write(document).encode()

    assert same(parse(raw), json.loads(raw))


@given(
    st.lists(st.tuples(st.sampled_from(["a", 'b"', "c:", "\\", "é", " "]), documents), max_size=5),
    st.sampled_from(WRITERS),
    st.booleans(),
)
def test_an_object_is_refused_exactly_if_it_repeats_a_key(
    pairs: list[tuple[str, Any]], write: Callable[[Any], str], nested: bool
) -> None:
    text = "{" + ",".join(f"{write(key)} :{write(value)}" for key, value in pairs) + "}"
    raw = (f'[1, {{"x": {text}}}]' if nested else text).encode()
    repeats = len({key for key, _ in pairs}) < len(pairs)

    if repeats:
        assert fault_of(raw) is PayloadFault.DUPLICATE_KEY
    else:
        assert same(parse(raw), json.loads(raw))


json_like = st.text('[]{}":,0123456789eE+-. \\untrue', max_size=60).map(str.encode)


@given(st.binary(max_size=60) | json_like)
def test_no_bytes_raise_anything_else_or_read_differently(raw: bytes) -> None:
    try:
        document = parse(raw)
    except PayloadRejected:
        return
    assert same(document, json.loads(raw))
    assert not (isinstance(document, float) and math.isinf(document))
