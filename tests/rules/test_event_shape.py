"""Event shape: type, id and data are read where the vendor puts them, and may all be missing."""

from importlib import import_module

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.connectors.github import GITHUB
from tieline.connectors.gitlab import GITLAB
from tieline.connectors.hubspot import HUBSPOT
from tieline.connectors.intercom import INTERCOM
from tieline.connectors.linear import LINEAR
from tieline.connectors.paddle import PADDLE
from tieline.connectors.shopify import SHOPIFY
from tieline.connectors.slack import SLACK
from tieline.connectors.square import SQUARE
from tieline.connectors.standard_webhooks import STANDARD_WEBHOOKS
from tieline.connectors.stripe import STRIPE
from tieline.connectors.twilio import TWILIO
from tieline.connectors.xero import XERO
from tieline.connectors.zendesk import ZENDESK
from tieline.connectors.zoom import ZOOM
from tieline.model.base.headers import Named
from tieline.model.inbound.signature import EventFacts, EventShape, WebhookScheme
from tieline.rules.inbound.batch import count_of, numbered
from tieline.rules.inbound.event_shape import EventReader

HUBSPOT_EVENT = {
    "eventId": 1,
    "subscriptionId": 12345,
    "portalId": 62515,
    "occurredAt": 1564113600000,
    "subscriptionType": "contact.creation",
    "attemptNumber": 0,
    "objectId": 123,
}
XERO_EVENT = {
    "resourceUrl": "https://api.xero.example/Invoices/9",
    "resourceId": "9",
    "tenantId": "t-1",
    "tenantType": "ORGANISATION",
    "eventCategory": "INVOICE",
    "eventType": "UPDATE",
    "eventDateUtc": "2026-11-20T01:15:39.902",
}


@pytest.mark.parametrize(
    ("scheme", "headers", "document", "facts"),
    [
        (
            STRIPE,
            (),
            {"id": "evt_1", "type": "invoice.paid", "data": {"object": {"id": "in_1"}}},
            EventFacts("invoice.paid", "evt_1", {"id": "in_1"}),
        ),
        (
            GITHUB,
            (("x-github-event", "push"), ("x-github-delivery", "72d3162e")),
            {"ref": "x"},
            EventFacts("push", "72d3162e", {"ref": "x"}, id_is_in_header=True),
        ),
        (
            GITLAB,
            (("x-gitlab-event", "Push Hook"), ("idempotency-key", "f5e5f430")),
            {"object_kind": "push"},
            EventFacts("push", "f5e5f430", {"object_kind": "push"}, id_is_in_header=True),
        ),
        (
            SHOPIFY,
            (("x-shopify-topic", "orders/create"), ("x-shopify-webhook-id", "b54557e4")),
            {"id": 1},
            EventFacts("orders/create", "b54557e4", {"id": 1}, id_is_in_header=True),
        ),
        (
            SLACK,
            (),
            {"type": "event_callback", "event_id": "Ev1", "event": {"type": "message"}},
            EventFacts("message", "Ev1", {"type": "message"}),
        ),
        (
            HUBSPOT,
            (),
            HUBSPOT_EVENT,
            EventFacts("contact.creation", "62515:12345:1:123:1564113600000", HUBSPOT_EVENT),
        ),
        (
            ZENDESK,
            (("x-zendesk-webhook-invocation-id", "01HF"),),
            {"id": "e-1", "type": "zen:event-type:ticket.created"},
            EventFacts(
                "zen:event-type:ticket.created",
                "e-1",
                {"id": "e-1", "type": "zen:event-type:ticket.created"},
            ),
        ),
        (
            ZENDESK,
            (("x-zendesk-webhook-invocation-id", "01HF"),),
            {"ticket": 5},
            EventFacts(None, "01HF", {"ticket": 5}, id_is_in_header=True),
        ),
        (
            INTERCOM,
            (),
            {"id": "notif_1", "topic": "contact.created", "data": {"item": {"id": "c"}}},
            EventFacts("contact.created", "notif_1", {"id": "c"}),
        ),
        (
            TWILIO,
            (("i-twilio-idempotency-token", "6f4e"),),
            {"CallSid": "CA1"},
            EventFacts(None, "6f4e", {"CallSid": "CA1"}, id_is_in_header=True),
        ),
        (
            SQUARE,
            (),
            {"event_id": "ac3a", "type": "payment.updated", "data": {"object": {"payment": {}}}},
            EventFacts("payment.updated", "ac3a", {"payment": {}}),
        ),
        (
            XERO,
            (),
            XERO_EVENT,
            EventFacts(
                "INVOICE.UPDATE", "t-1:INVOICE:UPDATE:9:2026-11-20T01:15:39.902", XERO_EVENT
            ),
        ),
        (
            PADDLE,
            (),
            {"event_id": "evt_01", "event_type": "transaction.paid", "data": {"id": "txn_1"}},
            EventFacts("transaction.paid", "evt_01", {"id": "txn_1"}),
        ),
        (
            LINEAR,
            (("linear-event", "Issue"), ("linear-delivery", "234d1a4e")),
            {"type": "Issue", "action": "create", "data": {"id": "i"}},
            EventFacts("Issue.create", "234d1a4e", {"id": "i"}, id_is_in_header=True),
        ),
        (
            STANDARD_WEBHOOKS,
            (("webhook-id", "msg_1"),),
            {"type": "contact.created", "data": {"id": "x"}},
            EventFacts("contact.created", "msg_1", {"id": "x"}, id_is_in_header=True),
        ),
        (
            ZOOM,
            (),
            {"event": "meeting.started", "event_ts": 1, "payload": {"object": {"id": "8"}}},
            EventFacts("meeting.started", None, {"id": "8"}),
        ),
    ],
)
def test_each_vendor_says_it_in_its_own_place(
    scheme: WebhookScheme, headers: tuple[tuple[str, str], ...], document: object, facts: EventFacts
) -> None:
    assert EventReader(scheme.shape).read(Named(headers), document) == facts


@pytest.mark.parametrize("document", [None, [], {}, "text", 5, True, {"type": {}, "id": None}])
def test_what_is_missing_is_none(document: object) -> None:
    facts = EventReader(STRIPE.shape).read(Named(()), document)

    assert (facts.type, facts.id, facts.data) == (None, None, None)


@pytest.mark.parametrize("value", [None, "", True, 1.5, [], {}])
def test_half_an_identity_is_none(value: object) -> None:
    assert EventReader(HUBSPOT.shape).read(Named(()), HUBSPOT_EVENT | {"eventId": value}).id is None


def test_an_empty_header_says_nothing() -> None:
    headers = (("x-github-event", ""), ("x-github-delivery", ""))

    assert EventReader(GITHUB.shape).read(Named(headers), {}) == EventFacts(None, None, {})


def test_one_delivery_can_hold_several_events() -> None:
    assert EventReader(STRIPE.shape).split({"id": 1}) == ({"id": 1},)
    assert EventReader(HUBSPOT.shape).split([HUBSPOT_EVENT, HUBSPOT_EVENT]) == [
        HUBSPOT_EVENT,
        HUBSPOT_EVENT,
    ]
    assert EventReader(XERO.shape).split({"events": [XERO_EVENT]}) == [XERO_EVENT]


@pytest.mark.parametrize("document", [None, {}, {"events": None}, {"events": {}}, []])
def test_a_delivery_without_its_list_holds_no_events(document: object) -> None:
    assert not EventReader(XERO.shape).split(document)


@settings(deadline=None)
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["type", "id", "data"]), inner)
        ),
        max_leaves=8,
    )
)
def test_no_document_breaks_the_reading(document: object) -> None:
    shape = EventShape(type_path=("type", "data.type"), id_path="data.id", data_path="data.data")

    for event in EventReader(shape).split(document):
        EventReader(shape).read(Named(()), event)


@pytest.mark.parametrize(
    "vendor",
    [
        "github",
        "gitlab",
        "hubspot",
        "intercom",
        "linear",
        "paddle",
        "shopify",
        "slack",
        "square",
        "standard_webhooks",
        "stripe",
        "twilio",
        "xero",
        "zendesk",
        "zoom",
    ],
)
def test_every_preset_names_itself_and_its_documentation(vendor: str) -> None:
    module = import_module(f"tieline.connectors.{vendor}.webhook")

    presets = [value for value in vars(module).values() if isinstance(value, WebhookScheme)]

    assert presets
    for preset in presets:
        assert preset.name.startswith(vendor.replace("_", "-")) or preset.name == "svix"
        assert preset.docs.startswith("https://")
        assert preset.schemes


@pytest.mark.parametrize(("number", "count", "words"), [(1, 1, "bad"), (2, 3, "event 2 of 3: bad")])
def test_of_many_events_the_bad_one_is_numbered(number: int, count: int, words: str) -> None:
    assert numbered("bad", number, count) == words
    assert count_of(words) == (None if count == 1 else count)
    assert count_of(None) is None
