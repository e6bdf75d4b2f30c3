"""The door and secrets: what proves a sender is never on disk, whatever header it travels in."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pytest

from tieline import Connector, Hub
from tieline.model.inbound.signature import EventShape, HmacScheme, WebhookScheme
from tieline.model.inbound.signed_content import SingleSignature

if TYPE_CHECKING:
    from tests.surfaces.ingest.conftest import Makers, OpenRig, Rig, Seen


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"use_uvloop": True})


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_a_token_that_is_the_secret_itself_never_reaches_the_disk(
    open_rig: "OpenRig", make: "Makers", tmp_path: Path
) -> None:
    body = b'{"id":"1","type":"moved"}'
    async with open_rig() as rig:
        good = await rig.ask(
            make.request(body, target="/in/tokens", headers=[("X-Hook-Pass", make.token)])
        )
        bad = await rig.ask(
            make.request(body, target="/in/tokens", headers=[("X-Hook-Pass", "a-guess-of-it")])
        )

        headers = dict(orjson.loads(rig.receipts()[0]["headers"]))

    assert (good.status, bad.status) == (202, 401)
    assert headers["x-hook-pass"] == "[redacted]"
    assert make.token.encode() not in everything_in(tmp_path)
    assert b"a-guess-of-it" not in everything_in(tmp_path)


async def test_credentials_in_headers_are_not_kept_and_other_headers_are(
    rig: "Rig", make: "Makers"
) -> None:
    await rig.ask(
        make.signed(
            make.invoice(),
            ("Authorization", "Basic c2VjcmV0"),
            ("Proxy-Authorization", "Basic c2VjcmV0"),
            ("Cookie", "session=c2VjcmV0"),
            ("X-Api-Key", "c2VjcmV0"),
            ("User-Agent", "Acme/1.0"),
        )
    )

    kept = dict(orjson.loads(rig.receipt()["headers"]))
    assert kept["user-agent"] == "Acme/1.0"
    assert kept["x-acme-signature"] == "[redacted]"
    assert b"c2VjcmV0" not in rig.receipt()["headers"]


async def test_a_signature_under_an_innocent_name_is_not_kept_either(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    scheme = WebhookScheme(
        name="plain",
        schemes=(HmacScheme(place=SingleSignature("X-Checksum")),),
        shape=EventShape(),
        docs="https://plain.example",
    )

    def hub(seen: "Seen") -> Hub:
        made = Hub("plain")
        source = made.connect("billing", Connector("plain", webhook=scheme)).webhook()
        make.add_flow(made, source, "take", seen)
        return made

    async with open_rig(hub=hub) as rig:
        _, checksum = make.signature(b"{}")
        answer = await rig.ask(make.request(b"{}", headers=[("X-Checksum", checksum)]))

        assert answer.status == 202
        assert dict(orjson.loads(rig.receipt()["headers"]))["x-checksum"] == "[redacted]"


async def test_a_secret_is_rotated_without_a_restart(
    open_rig: "OpenRig", make: "Makers", tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    secret = folder / "billing-signing"
    secret.write_text("old-key\n")
    async with open_rig(secrets={}, secrets_folder=str(folder)) as rig:

        async def status_with(key: str) -> int:
            body = make.invoice()
            headers = [make.signature(body, key)]
            return (await rig.ask(make.request(body, headers=headers))).status

        async def becomes(key: str, status: int) -> None:
            async with asyncio.timeout(10):
                while await status_with(key) != status:
                    await asyncio.sleep(0.05)

        assert (await status_with("old-key"), await status_with("new-key")) == (202, 401)

        secret.write_text("  new-key \r\nold-key\r\n\r\n")
        await becomes("new-key", 202)
        assert await status_with("old-key") == 202

        secret.write_text("new-key")
        await becomes("old-key", 401)
        assert await status_with("new-key") == 202

        secret.unlink()
        await becomes("new-key", 503)
