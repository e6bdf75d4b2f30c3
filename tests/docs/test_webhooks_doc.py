"""The page about webhooks: its hub runs, and its tables are what the code does."""

import hmac
import importlib
import importlib.util
import json
import pkgutil
import re
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

import tieline.connectors
from tieline.adapters.http.client import PooledHttpClient
from tieline.compose.process import running
from tieline.model.calls.call import Egress, HttpAnswer, HttpRequest
from tieline.model.inbound.signature import RefusalReason, WebhookScheme
from tieline.settings.settings import Settings, load

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SOURCES = Path(__file__).parents[2] / "src" / "tieline"
SECRETS = {"TIELINE_SECRET_SHOP_SIGNING": "shop-key", "TIELINE_SECRET_SLACK_SIGNING": "slack-key"}


@pytest.fixture
def example(tmp_path: Path) -> ModuleType:
    block = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    path = tmp_path / "webhooks_hub.py"
    path.write_text(block.group(1), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("webhooks_hub", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["webhooks_hub"] = module
    spec.loader.exec_module(module)
    return module


def presets() -> dict[str, WebhookScheme]:
    found: dict[str, WebhookScheme] = {}
    for package in pkgutil.iter_modules(tieline.connectors.__path__, "tieline.connectors."):
        if package.ispkg:
            module = importlib.import_module(f"{package.name}")
            found |= {n: v for n, v in vars(module).items() if isinstance(v, WebhookScheme)}
    return found


async def send(port: int, source: str, body: bytes, **headers: str) -> HttpAnswer:
    http = PooledHttpClient()
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    url = f"http://127.0.0.1:{port}/in/{source}"
    try:
        return await http.send(
            HttpRequest("POST", url, named, body, egress=Egress(allow=("127.0.0.1",)))
        )
    finally:
        await http.close()


async def test_the_hub_of_the_page_takes_what_the_page_sends(
    example: ModuleType, tmp_path: Path
) -> None:
    settings = load({"store": str(tmp_path / "a.db"), "port": 0, "console_port": 0}, environment={})
    body = json.dumps(
        {"id": "e1", "type": "order.paid", "data": {"order_id": "84219", "cents": 4200}}
    ).encode()
    now = str(int(time.time()))
    mac = hmac.new(b"shop-key", f"{now}.".encode() + body, "sha256").hexdigest()
    form = b"command=%2Fdeploy&trigger_id=1.2"
    slack = hmac.new(b"slack-key", b"v0:%b:%b" % (now.encode(), form), "sha256").hexdigest()

    async with running(example.hub.spec(), settings, environment=SECRETS) as it:
        signed = {"x_shop_time": now, "x_shop_signature": f"sha256={mac}"}
        first = await send(it.port, "shop", body, **signed)
        again = await send(it.port, "shop", body, **signed)
        forged = await send(it.port, "shop", body + b" ", **signed)
        command = await send(
            it.port,
            "commands",
            form,
            x_slack_request_timestamp=now,
            x_slack_signature=f"v0={slack}",
        )

    assert (first.status, again.json()) == (202, first.json())
    assert first.json()["event_id"].startswith("evt_")
    assert (forged.status, forged.json()["type"]) == (401, "urn:tieline:problem:bad-signature")
    assert (command.status, command.body) == (200, b"")


def test_every_preset_stands_in_the_table_with_the_status_of_its_yes() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    for name, scheme in presets().items():
        (row,) = [row for row in rows if f"`{name}`" in row]

        wanted = scheme.acknowledgement
        said = row.rsplit("|", 2)[1].strip()
        assert said.startswith(str(wanted.status)), name
        assert ("empty" in said) == (not wanted.names_event and wanted.status != 204), name


def test_every_problem_that_the_door_may_name_stands_in_the_table() -> None:
    codes = {str(reason) for reason in RefusalReason}
    for path in [*SOURCES.glob("pipeline/*.py"), *SOURCES.glob("surfaces/ingest/*.py")]:
        text = path.read_text(encoding="utf-8")
        codes |= set(re.findall(r'(?:problem|Problem)\(\s*\d{3},\s*"([a-z-]+)"', text))

    assert len(codes) > 25
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []


def test_every_setting_that_the_page_names_is_one() -> None:
    for name in ("request_seconds", "idle_seconds", "max_connections", "max_waiting"):
        assert name in Settings.model_fields
        assert f"`{name}`" in PAGE
