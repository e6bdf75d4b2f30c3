"""Canary: secrets are planted where real ones stand, a real hub is driven, and every place that
keeps or shows anything is searched for them.

A test of a surface starts ``a_cage``, drives it with ``drive``, asks its own pages or answers, and
gives what it got to ``Cage.nowhere_in``.
"""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote, quote_plus

import orjson
from tests.engine import Answer, Asked, Vendor, a_vendor, until

from tieline import (
    ApiKey,
    Basic,
    Bearer,
    Connector,
    Contract,
    Hold,
    Hub,
    Key,
    Reject,
    RetryPolicy,
    Run,
    Sensitive,
)
from tieline.compose.process import Running, running
from tieline.model.inbound.signature import EventShape, TokenScheme, WebhookScheme
from tieline.model.views.rows import RunRow
from tieline.model.views.views import ListRuns, Window
from tieline.settings.settings import Settings

SIGNING = "canary-signing-8Jx+/q=="
BEARER = 'canary-bearer-"quoted"-77'
BASIC = "canary-basic-Zz9==&%"
API_KEY = "canary-apikey-0123456789"
EMAIL = "canary.person+tag@example.org"
NATIONAL_ID = "canary-id-850312-1234"
PASSWORD = "canary-field-password-1"
SEALING = "canary-sealing-key-0123456789abcdef"

SECRETS: Mapping[str, str] = {
    "TIELINE_SECRET_SHOP_SIGNING": SIGNING,
    "TIELINE_SECRET_BEARER": BEARER,
    "TIELINE_SECRET_BASIC": BASIC,
    "TIELINE_SECRET_APIKEY": API_KEY,
    "TIELINE_SECRET_SEALING": SEALING,
}
PLANTED = (SIGNING, BEARER, BASIC, API_KEY, EMAIL, NATIONAL_ID, PASSWORD, SEALING)

SHOP = WebhookScheme(
    name="shop",
    schemes=(TokenScheme(header="x-shop-proof"),),
    shape=EventShape(type_path="type", id_path="id", data_path="data"),
    docs="",
)
ONE_TRY = RetryPolicy(attempts=2, first=timedelta(milliseconds=20), cap=timedelta(milliseconds=20))


class Person(Contract, name="person", version=1):
    """Part of an order."""

    national_id: Annotated[str, Sensitive]


class Placed(Contract, name="order.placed", version=1):
    """An order, with all that must not be seen in it."""

    order_id: Annotated[str, Key]
    email: Annotated[str, Key, Sensitive]
    person: Person
    password: str
    ending: str


@dataclass(slots=True)
class Cage:
    """A hub at work with canaries in it, and where it wrote."""

    it: Running
    folder: Path
    vendor: Vendor

    async def deliver(
        self,
        ending: str,
        number: int,
        traceparent: str | None = None,
        order: str | None = None,
    ) -> int:
        """A delivery that holds every canary a sender can plant."""
        document = {
            "id": f"ord-{number}",
            "type": "order.placed",
            "data": {
                "order_id": order or str(number),
                "email": EMAIL,
                "person": {"national_id": NATIONAL_ID},
                "password": PASSWORD,
                "ending": ending,
            },
        }
        if ending == "misfit":
            document["data"]["email"] = {"not": "a text", "but": EMAIL}  # type: ignore[index]
        return await post(self.it.port, orjson.dumps(document), traceparent=traceparent)

    async def rows(self) -> tuple[RunRow, ...]:
        page = await self.it.parts.views.read(ListRuns(window=Window(limit=500)))
        return page.rows

    def written(self) -> dict[str, bytes]:
        """Every byte of every file that the hub made: store, write-ahead log, log lines."""
        return {str(p): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}

    def nowhere_in(self, places: Mapping[str, bytes], planted: Iterable[str] = PLANTED) -> None:
        """Raise AssertionError for a canary in any of *places*, in whatever form."""
        for canary in planted:
            for form in forms_of(canary):
                found = [name for name, content in places.items() if form in content]
                assert found == [], f"{canary!r} stands in {found} as {form!r}"


@asynccontextmanager
async def a_cage(
    folder: Path, *, secrets: Mapping[str, str] = SECRETS, **settings: Any
) -> AsyncIterator[Cage]:
    """A hub that logs and counts, whose vendor repeats all that it is sent."""
    async with a_vendor() as vendor:
        vendor.rule = echo
        store = folder / "store"
        store.mkdir(exist_ok=True)
        chosen: dict[str, Any] = {
            "store": str(store / "tieline.db"),
            "port": 0,
            "console_port": 0,
            "log_format": "json",
            "log_level": "debug",
            "log_file": str(store / "hub.log"),
            **settings,
        }
        spec = a_hub(vendor).spec()
        async with running(spec, Settings(**chosen), environment=secrets) as it:
            yield Cage(it, store, vendor)


async def drive(cage: Cage) -> None:
    """Make every ending that a delivery and a run can have."""
    endings = ("done", "refused", "broken", "raise", "reject", "hold", "step", "misfit")
    for number, ending in enumerate(endings):
        assert await cage.deliver(ending, number) in {200, 202}
    assert await cage.deliver("done", 0) in {200, 202}, "a duplicate"
    assert await post(cage.it.port, b'{"id":"x"}', proof="wrong " + SIGNING) == 401
    await until(lambda: cage.it.parts.back.busy == 0)
    await _until_settled(cage, len(endings) - 1)


async def _until_settled(cage: Cage, count: int) -> None:
    async with asyncio.timeout(20):
        while True:
            rows = await cage.rows()
            live = {"ready", "running", "retrying"}
            if len(rows) >= count and not [row for row in rows if row.state in live]:
                return
            await asyncio.sleep(0.02)


def echo(asked: Asked) -> Answer:
    """Says back all that it was sent, as careless systems do."""
    said = {"error": {"message": f"bad request: {asked.headers} {asked.body.decode()}"}}
    if "refused" in asked.path:
        return Answer(422, said)
    if "broken" in asked.path:
        return Answer(500, said, (("set-cookie", BEARER),))
    return Answer(200, {"id": 1, "you_sent": dict(asked.headers)})


def a_hub(vendor: Vendor) -> Hub:
    """Calls with every kind of credential, and fails in every way."""
    hub = Hub("cage")
    shop = hub.connect("shop", Connector("shop", webhook=SHOP))
    dials: dict[str, Any] = {"base_url": vendor.url, "allow": ("127.0.0.1",), "retry": ONE_TRY}
    key = "Idempotency-Key"
    bearer = hub.connect(
        "by-bearer",
        Connector("b", auth=Bearer(), idempotency_header=key),
        credential="bearer",
        **dials,
    )
    basic = hub.connect(
        "by-basic",
        Connector("c", auth=Basic("me"), idempotency_header=key),
        credential="basic",
        **dials,
    )
    api = hub.connect(
        "by-key",
        Connector("d", auth=ApiKey("X-Thing"), idempotency_header=key),
        credential="apikey",
        **dials,
    )

    async def careless(placed: Placed) -> str:
        raise ValueError(f"cannot handle {placed.email!r} of {placed.person.national_id}")

    @hub.flow(on=shop.webhook("order.placed", contract=Placed), owner="ops", retry=ONE_TRY)
    async def handle(placed: Placed, run: Run) -> None:
        for connection in (bearer, basic, api):
            await connection.post(f"/{placed.ending}", json={"mail": placed.email})
        path = f"/by-hand/{placed.ending}/{quote(placed.email, safe='@').lower()}"
        await bearer.put(path, json={}, key=placed.person.national_id)
        place = "/people/{who}/{ending}"
        await basic.put(place, values={"who": placed.email, "ending": placed.ending}, json={})
        await run.step(f"greet {placed.email}", note, placed.email)
        await run.step("note", note, placed.email)
        if placed.ending == "raise":
            raise RuntimeError(f"{placed.email} and {placed.person.national_id} do not fit")
        if placed.ending == "step":
            await run.step("careless", careless, placed)
        if placed.ending == "reject":
            raise Reject(f"{placed.email} is on a list")
        if placed.ending == "hold":
            raise Hold(f"ask {placed.email}")

    return hub


async def note(email: str) -> str:
    """A step that remembers what it was given."""
    return f"noted {email}"


async def post(port: int, body: bytes, proof: str = SIGNING, traceparent: str | None = None) -> int:
    """One delivery over a socket of its own; returns the status."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    trace = "" if traceparent is None else f"traceparent: {traceparent}\r\n"
    head = (
        f"POST /in/shop HTTP/1.1\r\nhost: hub\r\nx-shop-proof: {proof}\r\n"
        f"authorization: Bearer {BEARER}\r\nx-note: my key is {SIGNING}\r\n"
        f"content-type: application/json\r\nconnection: close\r\n{trace}"
        f"content-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode("utf-8") + body)
    answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


def forms_of(text: str) -> set[bytes]:
    """*text* in every form in which it may have got somewhere."""
    raw = text.encode()
    forms = {
        raw,
        raw.lower(),
        quote(text, safe="").encode(),
        quote(text, safe="").lower().encode(),
        quote(text, safe="@").lower().encode(),
        quote_plus(text).encode(),
        json.dumps(text)[1:-1].encode(),
        json.dumps(json.dumps(text)[1:-1])[1:-1].encode(),
        json.dumps(text, ensure_ascii=False)[1:-1].encode(),
        raw.hex().encode(),
    }
    for offset in range(3):
        encoded = base64.b64encode(bytes(offset) + raw)
        inner = encoded[-(-8 * offset // 6) : 8 * (offset + len(raw)) // 6]
        forms |= {inner, inner.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


__all__ = ["PLANTED", "Cage", "a_cage", "drive", "forms_of", "post"]
