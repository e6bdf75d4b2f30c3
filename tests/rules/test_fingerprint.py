"""Equal arguments have equal names, in every release."""

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from tieline.model.base.ids import TenantId
from tieline.model.base.secret import Secret
from tieline.model.calls.effect import EffectIdentity
from tieline.rules.runs.fingerprint import canonical_json, effect_key, fingerprint


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


class Field(StrEnum):
    NAME = "name"


class Pair(NamedTuple):
    left: int
    right: str


@dataclass(frozen=True, slots=True)
class Money:
    cents: int
    currency: str
    _note: str = "kept"
    tags: tuple[str, ...] = field(default=())


class Customer(BaseModel):
    id: str
    born: date
    balance: Decimal


@pytest.mark.parametrize(
    ("value", "canonical"),
    [
        ({"b": 1, "a": [True, None, 1.5]}, '{"a":[true,null,1.5],"b":1}'),
        ({"é": "ü"}, '{"é":"ü"}'),
        ((1, "x"), '[1,"x"]'),
        (Pair(1, "x"), '[1,"x"]'),
        (datetime(2026, 11, 21, 12, tzinfo=UTC), '"2026-11-21T12:00:00+00:00"'),
        (
            datetime(2026, 11, 21, 14, tzinfo=timezone(timedelta(hours=2))),
            '"2026-11-21T12:00:00+00:00"',
        ),
        (date(2026, 11, 21), '"2026-11-21"'),
        (time(12, 30), '"12:30:00"'),
        (timedelta(seconds=1.5), '"1500000us"'),
        (Decimal("12.50"), '"12.50"'),
        (uuid.UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        (b"\x00\xff", '"AP8="'),
        ({"z", "a"}, '["a","z"]'),
        (frozenset({3, 1, 20}), "[1,20,3]"),
        ({(2, "b"), (1, "a")}, '[[1,"a"],[2,"b"]]'),
        (Colour.RED, '"red"'),
        (Level.HIGH, "3"),
        ({Field.NAME: Field.NAME}, '{"name":"name"}'),
        (Money(5, "EUR"), '{"_note":"kept","cents":5,"currency":"EUR","tags":[]}'),
        (
            Customer(id="c1", born=date(2000, 1, 2), balance=Decimal("1.0")),
            '{"balance":"1.0","born":"2000-01-02","id":"c1"}',
        ),
        ({"deep": [{"when": date(2026, 1, 1)}]}, '{"deep":[{"when":"2026-01-01"}]}'),
        (2**64 - 1, "18446744073709551615"),
        (2**64, "18446744073709551616"),
        ([-(2**70)], "[-1180591620717411303424]"),
        ({"n": 10**100, "f": 1e16, "none": None}, '{"f":1e+16,"n":1' + "0" * 100 + ',"none":null}'),
    ],
)
def test_the_canonical_form_is_sorted_json(value: object, canonical: str) -> None:
    assert canonical_json(value).decode() == canonical


def recursive() -> list[Any]:
    value: list[Any] = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": [1, object()]}, r"arguments\.a\[1\] is a object, which has no canonical form"),
        ({"a": float("nan")}, r"arguments\.a is nan; JSON has no such number"),
        ([None, float("-inf")], r"arguments\[1\] is -inf"),
        ({"a": Decimal("NaN")}, r"arguments\.a is a Decimal"),
        ({"a": {1: "x"}}, r"arguments\.a has a key of type int; use text keys"),
        ({"key": Secret.of("hush")}, r"arguments\.key is a Secret"),
        ({"key": SecretStr("hush")}, r"arguments\.key is a SecretStr"),
        ({"a": "\ud800"}, r"arguments\.a is text with half of a surrogate pair"),
        ({"\ud800": 1}, r"arguments: a key is text with half of a surrogate pair"),
        ({"a": 10**5000}, r"arguments\.a is an integer of 16610 bits"),
        ({"a": Money}, r"arguments\.a is a type"),
        ({"a": iter("x")}, r"arguments\.a is a str_ascii_iterator"),
        (recursive(), r"is nested more than 250 deep"),
        ({"a\x1b": object()}, r"arguments\.a\\x1b is a object"),
    ],
)
def test_what_has_no_canonical_form_is_named_by_its_path(value: object, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        canonical_json(value)


def test_a_secret_is_not_printed_by_the_refusal() -> None:
    with pytest.raises(TypeError) as caught:
        canonical_json({"key": Secret.of("hush-hush")})

    assert "hush-hush" not in str(caught.value)


def test_a_fingerprint_is_short_and_stable() -> None:
    args = {"method": "POST", "path": "/entries", "json": {"ref": "in_1", "cents": 1200}}

    assert fingerprint(args) == "1cde111763a2d48a698ec24ac28faf1e"
    assert fingerprint(None) == "74234e98afe7498fb5daf1f36ac2d78a"


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=4), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(json_values, st.randoms(use_true_random=False))
def test_the_order_of_keys_does_not_matter(value: Any, shuffle: random.Random) -> None:
    def shuffled(node: Any) -> Any:
        if isinstance(node, list):
            return [shuffled(item) for item in node]
        if not isinstance(node, dict):
            return node
        keys = list(node)
        shuffle.shuffle(keys)
        return {key: shuffled(node[key]) for key in keys}

    assert fingerprint(shuffled(value)) == fingerprint(value)


@given(json_values)
def test_the_quick_and_the_careful_way_agree(value: Any) -> None:
    careful = canonical_json([value, date(2026, 1, 1)])

    assert careful == b"[" + canonical_json(value) + b',"2026-01-01"]'


def effect(**change: Any) -> EffectIdentity:
    names: dict[str, Any] = {
        "tenant": TenantId("acme"),
        "flow": "post_invoice",
        "event_identity": "evt_1QXb",
        "step": "POST /entries",
        "key": "#1",
    }
    return EffectIdentity(**(names | change))


@pytest.mark.parametrize(
    ("identity", "key"),
    [
        (effect(), "cfcb94ab-8a3c-8376-b2a7-adc43f8fd154"),
        (effect(generation=1), "8381628c-07f9-8c17-a1f4-7f3fcf8db4fb"),
        (effect(tenant=TenantId("-"), key="Grüße"), "edbbb3c4-187c-8c53-be35-0daee0ec4e7b"),
        (effect(event_identity=""), "4813591b-34a7-8c2c-9e67-50aea3228ede"),
        (effect(step="half \ud83d"), "31f70ca8-3903-83dc-b122-3bf2bd69c7dc"),
    ],
)
def test_an_effect_key_is_the_same_in_every_release(identity: EffectIdentity, key: str) -> None:
    assert effect_key(identity) == key


def test_an_effect_key_is_a_uuid_that_fits_a_header() -> None:
    key = effect_key(effect())

    assert uuid.UUID(key).version == 8
    assert uuid.UUID(key).variant == uuid.RFC_4122
    assert len(key) == 36
    assert key == str(uuid.UUID(key))


names = st.text(max_size=5)
effects = st.builds(
    EffectIdentity, names.map(TenantId), names, names, names, names, st.integers(0, 3)
)


@given(effects, effects)
def test_two_effects_share_a_key_only_if_they_are_the_same(
    one: EffectIdentity, other: EffectIdentity
) -> None:
    assert (effect_key(one) == effect_key(other)) == (one == other)


@given(st.text(max_size=8), st.integers(0, 8))
def test_moving_a_letter_from_one_name_to_the_next_changes_the_key(text: str, cut: int) -> None:
    one = effect(step=text[:cut], key=text[cut:])
    other = effect(step=text, key="")

    assert (effect_key(one) == effect_key(other)) == (one == other)
