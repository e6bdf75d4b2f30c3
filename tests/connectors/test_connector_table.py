"""Connector table: what every connector must say of its system, and what the tricky ones say."""

import importlib
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest

import tieline.connectors
from tieline import Hub
from tieline.model.calls.auth import ApiKey, Basic, Bearer, NoAuth
from tieline.model.calls.call import Call, Effect
from tieline.model.hub.connection import Connector
from tieline.rules.runs.effects import effect_of

FOLDER = Path(tieline.connectors.__file__).parent
VENDORS = sorted(entry.name for entry in FOLDER.iterdir() if (entry / "__init__.py").is_file())
CONNECTORS = {name: getattr(tieline.connectors, name) for name in VENDORS}
ONE_PER_ACCOUNT = {"shopify", "zendesk"}
ONLY_SENDS = {"standard_webhooks"}
ONLY_CALLED = {"acme_books", "acme_crm"}


def test_every_folder_is_exported_as_its_connector() -> None:
    assert set(VENDORS) == set(tieline.connectors.__all__)
    for name, connector in CONNECTORS.items():
        assert isinstance(connector, Connector), name
        assert connector.name == name.replace("_", "-")


@pytest.mark.parametrize("name", VENDORS)
def test_a_folder_that_is_imported_later_does_not_hide_its_connector(name: str) -> None:
    folder = importlib.import_module(f"tieline.connectors.{name}")
    module = importlib.import_module(f"tieline.connectors.{name}.connector")

    assert isinstance(folder, ModuleType)
    assert getattr(tieline.connectors, name) is getattr(module, name)


@pytest.mark.parametrize("name", VENDORS)
def test_a_connector_says_where_its_system_is_and_how_it_is_read(name: str) -> None:
    connector = CONNECTORS[name]
    if name in ONLY_SENDS | ONE_PER_ACCOUNT:
        assert connector.base_url == ""
    else:
        assert connector.base_url.startswith("https://")
        assert not connector.base_url.endswith("/")
    if name.startswith("acme_"):
        assert ".example" in connector.base_url
    else:
        assert connector.docs.startswith("https://")
    assert (connector.webhook is None) == (name in ONLY_CALLED)
    assert (connector.failed_inside is None) == (name in ONLY_SENDS)


@pytest.mark.parametrize("name", VENDORS)
def test_a_connector_can_be_connected_and_listened_to(name: str) -> None:
    connector = CONNECTORS[name]
    hub = Hub("table")
    connection = hub.connect("it", connector, base_url=connector.base_url or "https://it.example")
    if connector.webhook is not None:

        @hub.flow(on=connection.webhook("*"))
        async def note(_payload: object) -> None: ...

    assert hub.spec().connections["it"].connector is connector


@pytest.mark.parametrize("name", VENDORS)
def test_header_names_are_lower_case_and_given_once(name: str) -> None:
    names = [header for header, _ in CONNECTORS[name].headers]
    assert names == [header.lower() for header in names]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", VENDORS)
def test_an_effect_pattern_names_a_method_and_a_path(name: str) -> None:
    for pattern in CONNECTORS[name].effects:
        method, _, path = pattern.partition(" ")
        assert method in {"POST", "PUT", "PATCH", "DELETE"}, pattern
        assert path.startswith(("/", "*")), pattern


@pytest.mark.parametrize("name", VENDORS)
def test_a_readme_names_the_owner_the_limits_and_the_quirks(name: str) -> None:
    text = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    for heading in ("Owner:", "Limits:", "Quirks:"):
        assert heading in text
    assert len(text.splitlines()) <= 25


RATES = {  # connector → (most calls, in this time): what the vendor publishes, burst included
    "stripe": (100, timedelta(seconds=1)),
    "github": (5_000, timedelta(hours=1)),
    "gitlab": (2_000, timedelta(minutes=1)),
    "hubspot": (100, timedelta(seconds=10)),
    "zendesk": (200, timedelta(minutes=1)),
    "intercom": (1_666, timedelta(seconds=10)),
    "xero": (60, timedelta(minutes=1)),
    "paddle": (240, timedelta(minutes=1)),
    "linear": (1_500, timedelta(hours=1)),
}


@pytest.mark.parametrize("name", sorted(RATES))
def test_a_rate_with_its_burst_stays_within_what_the_vendor_takes(name: str) -> None:
    most, window = RATES[name]
    rate = CONNECTORS[name].rate
    assert rate is not None
    steady = window / rate.per * rate.count
    assert steady + rate.burst <= most


AUTHS = {
    "shopify": ApiKey("X-Shopify-Access-Token"),
    "linear": ApiKey("Authorization"),
    "twilio": Basic(),
    "zendesk": Basic(),
    "standard_webhooks": NoAuth(),
}


@pytest.mark.parametrize("name", VENDORS)
def test_a_credential_goes_where_the_system_looks_for_it(name: str) -> None:
    assert CONNECTORS[name].auth == AUTHS.get(name, Bearer())


@pytest.mark.parametrize(
    ("name", "operation", "effect"),
    [
        ("stripe", "POST /v1/refunds", Effect.IDEMPOTENT),
        ("stripe", "DELETE /v1/customers/cus_1", Effect.IDEMPOTENT),
        ("github", "PATCH /repos/a/b/issues/1", Effect.IDEMPOTENT),
        ("github", "POST /repos/a/b/issues", Effect.ONCE),
        ("gitlab", "POST /projects/1/issues", Effect.ONCE),
        ("shopify", "POST /graphql.json", Effect.ONCE),
        ("slack", "POST /chat.postMessage", Effect.ONCE),
        ("slack", "POST /chat.update", Effect.IDEMPOTENT),
        ("slack", "POST /conversations.history", Effect.READ),
        ("slack", "GET /conversations.history", Effect.READ),
        ("hubspot", "POST /crm/v3/objects/contacts/search", Effect.READ),
        ("hubspot", "POST /crm/v3/objects/contacts/batch/upsert", Effect.IDEMPOTENT),
        ("hubspot", "POST /crm/v3/objects/contacts", Effect.ONCE),
        ("hubspot", "PATCH /crm/v3/objects/contacts/1", Effect.IDEMPOTENT),
        ("zendesk", "POST /tickets.json", Effect.IDEMPOTENT),
        ("zendesk", "POST /api/v2/tickets", Effect.IDEMPOTENT),
        ("zendesk", "POST /users.json", Effect.ONCE),
        ("zendesk", "POST /users/create_or_update.json", Effect.IDEMPOTENT),
        ("zendesk", "PUT /tickets/1.json", Effect.ONCE),
        ("intercom", "POST /contacts/search", Effect.READ),
        ("intercom", "POST /contacts", Effect.ONCE),
        ("twilio", "POST /Accounts/AC1/Messages.json", Effect.ONCE),
        ("square", "POST /v2/payments", Effect.ONCE),
        ("square", "POST /v2/orders/search", Effect.READ),
        ("xero", "PUT /Invoices", Effect.ONCE),
        ("xero", "POST /Invoices", Effect.ONCE),
        ("xero", "GET /Invoices", Effect.READ),
        ("paddle", "PATCH /subscriptions/sub_1", Effect.ONCE),
        ("paddle", "PATCH /customers/ctm_1", Effect.IDEMPOTENT),
        ("paddle", "POST /transactions/preview", Effect.READ),
        ("acme_books", "POST /entries", Effect.IDEMPOTENT),
        ("acme_crm", "PUT /contacts/c-1", Effect.IDEMPOTENT),
        ("acme_crm", "POST /contacts/search", Effect.READ),
        ("acme_helpdesk", "PUT /tickets/1", Effect.ONCE),
    ],
)
def test_a_repeat_of_an_operation_does_what_the_vendor_says(
    name: str, operation: str, effect: Effect
) -> None:
    method, _, path = operation.partition(" ")
    assert effect_of(CONNECTORS[name], Call(method, path)) is effect
