"""Demo samples: recorded bodies are signed so that the connectors vouch for them."""

from datetime import UTC, datetime

import pytest

from tieline.connectors import github, shopify, stripe
from tieline.demo.example import example_folder
from tieline.demo.samples import SIGNERS, recorded
from tieline.model.base.secret import Secret
from tieline.model.hub.connection import Connector
from tieline.model.inbound.signature import SignedDelivery, Verified
from tieline.rules.inbound.signature import verify

CONNECTORS = {"subscriptions": stripe, "code": github, "shop": shopify}
KEY = "whsec_a-secret-for-samples"


@pytest.mark.parametrize(("name", "connector"), CONNECTORS.items())
def test_each_vendor_has_samples_and_each_is_vouched_for(name: str, connector: Connector) -> None:
    samples = [one for one in recorded(example_folder() / "samples") if one.connection == name]
    assert len(samples) == 3
    assert connector.webhook is not None
    for sample in samples:
        signed = SIGNERS[name](sample.body, sample.kind, KEY.encode())
        headers = tuple((header.lower(), value) for header, value in signed.items())
        delivery = SignedDelivery("POST", "https://hub.example/in/x", headers, sample.body)
        verdict = verify(connector.webhook, delivery, [Secret.of(KEY)], datetime.now(UTC))
        assert isinstance(verdict, Verified), verdict
