"""Signing: what is signed as a vendor would is what the door vouches for and reads."""

import base64
import hashlib
import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

import tieline.connectors
from tieline.model.base.errors import CommandRefused
from tieline.model.base.headers import Named
from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Ed25519Scheme,
    KeyText,
    SignedDelivery,
    Verified,
    WebhookScheme,
)
from tieline.rules.inbound.delivery_body import BodyReader
from tieline.rules.inbound.event_shape import EventReader
from tieline.rules.inbound.made_delivery import MadeEvent, body_of, made
from tieline.rules.inbound.signature import verify

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "http://127.0.0.1:8080/in/shop"
EVENT = MadeEvent("order.placed", "o-1", {"id": "o-1", "cents": 100})


def every_scheme() -> Iterator[WebhookScheme]:
    for found in pkgutil.iter_modules(tieline.connectors.__path__):
        name = f"tieline.connectors.{found.name}.webhook"
        try:
            module = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        yield from (one for one in vars(module).values() if isinstance(one, WebhookScheme))


SCHEMES = {one.name: one for one in every_scheme()}


def secret_for(scheme: WebhookScheme) -> Secret:
    form = getattr(scheme.schemes[0], "key", None)
    plain = b"a secret of the tests, not of anyone"
    if form is None:
        return Secret(plain)
    text = {KeyText.RAW: plain, KeyText.BASE64: base64.b64encode(plain), KeyText.HEX: b"c0ffee"}
    return Secret(form.prefix.encode() + text[form.text])


WHY_NOT = {
    "standard-webhooks-ed25519": "only its vendor can sign for this source: the hub has the public",
    "twilio-json": "the body is no form, so its digest belongs into the URL, as bodySHA256=",
}
"""Schemes that are not signed under a plain URL, and what is said of them."""


@pytest.mark.parametrize("name", sorted(SCHEMES))
def test_the_door_vouches_for_what_is_signed_and_reads_what_was_meant(name: str) -> None:
    scheme = SCHEMES[name]
    content = body_of(scheme, EVENT, NOW)
    secret = secret_for(scheme)
    url = URL
    if (why := WHY_NOT.get(name)) is not None:
        with pytest.raises(CommandRefused, match=why):
            made(scheme, url, content, (secret,), NOW)
        if all(isinstance(one, Ed25519Scheme) for one in scheme.schemes):
            return
        url = f"{URL}?bodySHA256={hashlib.sha256(content[0]).hexdigest()}"

    headers = made(scheme, url, content, (secret,), NOW)

    verdict = verify(scheme, SignedDelivery("POST", url, headers, content[0]), (secret,), NOW)
    assert isinstance(verdict, Verified), verdict
    reader = EventReader(scheme.shape)
    (event,) = reader.split(BodyReader(scheme.body).read(content[0])[0])
    facts = reader.read(Named(headers), event)
    if scheme.shape.type_path or scheme.shape.type_header:
        assert facts.type == EVENT.type
    if scheme.shape.id_path or scheme.shape.id_header:
        assert facts.id in {"o-1", None} or "o-1" in str(facts.id)


def test_a_forged_copy_is_not_vouched_for() -> None:
    """The check above can fail."""
    scheme = SCHEMES["stripe"]
    content = body_of(scheme, EVENT, NOW)
    headers = made(scheme, URL, content, (Secret(b"another"),), NOW)

    delivery = SignedDelivery("POST", URL, headers, content[0])
    assert not isinstance(verify(scheme, delivery, (Secret(b"mine"),), NOW), Verified)


def test_what_cannot_stand_where_the_vendor_puts_it_is_told() -> None:
    with pytest.raises(CommandRefused, match="give --data as one"):
        body_of(SCHEMES["github"], MadeEvent("push", "1", [1]), NOW)
