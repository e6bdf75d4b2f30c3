"""The door and compressed bodies: unfolded within the limit, signed in either form."""

import gzip
import zlib
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.surfaces.ingest.conftest import Makers, OpenRig, Rig


@pytest.fixture
def anyio_backend() -> Any:
    return ("asyncio", {"use_uvloop": True})


MIB = 1024 * 1024


@pytest.mark.parametrize("coding", ["gzip", "x-gzip", "GZIP", "deflate", " gzip "])
@pytest.mark.parametrize("signs", ["the compressed bytes", "the plain bytes"])
async def test_a_compressed_delivery_may_be_signed_in_either_form(
    rig: "Rig", make: "Makers", coding: str, signs: str
) -> None:
    plain = make.invoice()
    packed = zlib.compress(plain) if coding == "deflate" else gzip.compress(plain)
    signature = make.signature(packed if signs == "the compressed bytes" else plain)

    answer = await rig.ask(make.request(packed, headers=[signature, ("Content-Encoding", coding)]))

    assert answer.status == 202
    assert rig.receipt()["body"] == packed
    await make.until(lambda: rig.seen.payloads)
    assert rig.seen.payloads[0].invoice_id == "in_1"


async def test_a_compressed_delivery_is_readable_after_a_restart(
    open_rig: "OpenRig", make: "Makers"
) -> None:
    plain = b'{"id":"evt-1","type":"moved","data":{"n":1}}'
    packed = gzip.compress(plain)
    headers = [("X-Hook-Pass", make.token), ("Content-Encoding", "gzip")]
    async with open_rig() as rig:
        await rig.ask(make.request(packed, target="/in/tokens", headers=headers))

        (event,) = rig.events()

    assert event["data"] == plain


@pytest.mark.parametrize(
    ("coding", "body", "status", "code"),
    [
        pytest.param("gzip", gzip.compress(bytes(MIB + 1)), 413, "body-too-large", id="a bomb"),
        pytest.param(
            "deflate", zlib.compress(bytes(64 * MIB)), 413, "body-too-large", id="a large bomb"
        ),
    ],
)
async def test_a_body_that_cannot_be_unfolded_within_the_limit_is_refused(
    rig: "Rig", make: "Makers", coding: str, body: bytes, status: int, code: str
) -> None:
    answer = await rig.ask(make.signed(body, ("Content-Encoding", coding)))

    assert (answer.status, answer.problem) == (status, code)
    assert (rig.receipt()["status"], rig.receipt()["body"]) == (status, None)
    assert rig.events() == []


@pytest.mark.parametrize(
    ("coding", "body", "status", "code"),
    [
        pytest.param("gzip", gzip.compress(b"{}")[:-1], 400, "bad-encoding", id="cut short"),
        pytest.param("gzip", gzip.compress(b"{}") + b"x", 400, "bad-encoding", id="a tail"),
        pytest.param("gzip", gzip.compress(b"{}") * 2, 400, "bad-encoding", id="two members"),
        pytest.param("gzip", b"{}", 400, "bad-encoding", id="not compressed at all"),
        pytest.param("gzip", b"", 400, "bad-encoding", id="nothing"),
        pytest.param("deflate", gzip.compress(b"{}"), 400, "bad-encoding", id="another coding"),
        pytest.param("br", b"{}", 415, "unknown-encoding", id="brotli"),
        pytest.param("gzip, gzip", b"{}", 415, "unknown-encoding", id="stacked"),
        pytest.param("\x80", b"{}", 415, "unknown-encoding", id="no ASCII"),
    ],
)
async def test_a_signed_body_that_cannot_be_unpacked_is_kept_and_an_unsigned_one_refused(
    rig: "Rig", make: "Makers", coding: str, body: bytes, status: int, code: str
) -> None:
    packed = ("Content-Encoding", coding)

    refused = await rig.ask(make.request(body, target="/in/open", headers=[packed]))
    kept = await rig.ask(make.signed(body, packed))

    stranger, receipt = rig.receipts()
    assert (refused.status, refused.problem, stranger["body"]) == (status, code, None)
    assert (kept.status, receipt["verdict"], receipt["body"]) == (202, "quarantined", body)
    assert receipt["reason"].startswith("unreadable: encoding: ")
    if status == 415:
        assert refused.header("accept-encoding") == "gzip, deflate, identity"


async def test_codings_stacked_in_two_headers_are_no_single_one(rig: "Rig", make: "Makers") -> None:
    body = gzip.compress(make.invoice())
    headers = (("Content-Encoding", "gzip"), ("Content-Encoding", "identity"))

    answer = await rig.ask(make.signed(body, *headers))

    assert (answer.status, rig.receipt()["verdict"]) == (202, "quarantined")


@pytest.mark.parametrize("coding", ["identity", "Identity", ""])
async def test_identity_is_no_coding(rig: "Rig", make: "Makers", coding: str) -> None:
    answer = await rig.ask(make.signed(make.invoice(), ("Content-Encoding", coding)))

    assert answer.status == 202
