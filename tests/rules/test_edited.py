"""Edited: an edited copy is a new event to the log and the same occurrence to the outside."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.model.base.ids import NO_TENANT, EventId
from tieline.model.inbound.event import Event
from tieline.rules.runs.edited import MARK, identity_of_edit, original_identity


def an_event(identity: str, id_: str = "evt_a1") -> Event:
    return Event(
        EventId(id_), NO_TENANT, "shop", "a.b", identity, 0, "c", None, None, None, None, None
    )


identities = st.text(min_size=1, max_size=60)


@given(identities)
def test_an_edit_has_an_identity_of_its_own_and_the_effects_of_its_original(identity: str) -> None:
    original = an_event(identity)
    copy = an_event(identity_of_edit(original, EventId("evt_b2")), "evt_b2")

    assert copy.identity != original.identity
    assert original_identity(copy) == original_identity(original)


@given(identities)
def test_an_edit_of_an_edit_goes_back_to_the_original(identity: str) -> None:
    first = an_event(identity_of_edit(an_event(identity), EventId("evt_b2")), "evt_b2")
    second = an_event(identity_of_edit(first, EventId("evt_c3")), "evt_c3")

    assert original_identity(second) == original_identity(an_event(identity))
    assert second.identity.count(MARK) <= identity.count(MARK) + 1


@pytest.mark.parametrize("identity", [f"order-1{MARK}b2", f"order-1{MARK}", f"{MARK}x", "order-1"])
def test_a_sender_cannot_pass_an_event_off_as_an_edit(identity: str) -> None:
    assert original_identity(an_event(identity)) == identity
