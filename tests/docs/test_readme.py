"""README: the first hub in it is run for real, from a signed delivery to an entry in the books."""

import hmac
import importlib.util
import json
import re
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import anyio
import pytest

from tieline.adapters.http.client import PooledHttpClient
from tieline.compose.process import running
from tieline.model.calls.call import Egress, HttpRequest
from tieline.settings.settings import load
from tieline.testing import answer, plain
from tieline_sim.launch import launch

README = Path(__file__).parents[2] / "README.md"
SECRETS = {"TIELINE_SECRET_BILLING_SIGNING": "whsec_readme", "TIELINE_SECRET_BOOKS_LIVE": "token"}
INVOICE = {"id": "in_1042", "customer": "cus_7", "amount_paid": 4200, "currency": "eur"}


@pytest.fixture
def first_hub(tmp_path: Path) -> ModuleType:
    block = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    path = tmp_path / "readme_hub.py"
    path.write_text(block.group(1), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("readme_hub", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["readme_hub"] = module
    spec.loader.exec_module(module)
    return module


def signed(body: bytes) -> tuple[tuple[str, str], ...]:
    now = int(time.time())
    mac = hmac.new(b"whsec_readme", b"%d.%b" % (now, body), "sha256").hexdigest()
    return (("stripe-signature", f"t={now},v1={mac}"), ("content-type", "application/json"))


def test_the_first_example_fits_on_a_screen() -> None:
    block = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)

    assert block is not None
    assert len(block.group(1).splitlines()) <= 42


async def test_the_first_hub_posts_one_entry_for_an_event_that_is_delivered_twice(
    first_hub: ModuleType, tmp_path: Path
) -> None:
    event = {"id": "evt_1", "type": "invoice.paid", "data": {"object": INVOICE}}
    body = json.dumps(event).encode()
    with launch("books", token="token") as books:
        spec = first_hub.books.spec
        first_hub.books.spec = replace(
            spec, base_url=books.url, egress=Egress(allow=("127.0.0.1",))
        )
        settings = load(
            {"store": str(tmp_path / "a.db"), "port": 0, "console_port": 0}, environment={}
        )
        async with running(first_hub.hub.spec(), settings, environment=SECRETS) as hub:
            http = PooledHttpClient()
            request = HttpRequest(
                "POST",
                f"http://127.0.0.1:{hub.port}/in/billing",
                signed(body),
                body,
                egress=Egress(allow=("127.0.0.1",)),
            )
            statuses = [(await http.send(request)).status for _ in range(2)]
            with anyio.fail_after(10):
                while not books.stats()["applied"]:
                    await anyio.sleep(0.01)
            await http.close()

        stats = books.stats()
    assert statuses == [202, 202]
    assert (stats["effects"], stats["double_effects"]) == (1, 0)


async def test_the_first_flow_runs_in_a_plain_test(first_hub: ModuleType) -> None:
    invoice = first_hub.InvoicePaid(
        invoice_id="in_1", customer_id="c", amount_paid=1, currency="eur"
    )

    async with plain(first_hub.hub, answers={"books": lambda _: answer(201, {"id": "e_1"})}) as run:
        await first_hub.post_invoice(invoice, run)

    assert run.references == [("entry", "e_1")]
    assert run.emitted == [("invoice.posted", {"invoice_id": "in_1"})]
