"""Every route of every surface, on both stores, with whatever may stand in a path, a query or a
body: nothing of it is a fault of the hub.

The routes are those of the application, the names those of the API's own models and of the fields
in the templates: what is added is tried without a line here.
"""

import json
import random
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import orjson
import pytest
from starlette.routing import BaseRoute, Route
from tests import soak
from tests.conftest import a_hub
from tests.makers import a_delivery, event_id, receipt_id, run_id
from tests.stores import BACKENDS, Store
from tests.surfaces.web.site import FORM, PASSWORD, SECRETS, hashed

import tieline
from tieline.adapters.system.clock import SystemClock
from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.fixed import FixedVault
from tieline.compose.console import web_pages
from tieline.compose.features import ANSWERED_BY_HUB, KNOWN_BY, PLANS, QUESTIONS, endpoints
from tieline.features.access.model import AddUser
from tieline.features.access.rules.credentials import csrf_of
from tieline.features.access.session_cookie import COOKIE
from tieline.model.base.by import By
from tieline.pipeline.admit import Admitter
from tieline.surfaces.api.endpoint import PREFIX, Endpoint
from tieline.surfaces.web.parts import WebParts

BROKEN = 500
ODD = (
    "\0", "a\0b", "\ud800", "\udcff", "\U0001f600", "'", "%", "-1", "9" * 40, "x" * 300, "[", "{}",
    "0001-01-01", "9999-12-31T23:59:59-23:59", "999999999w", "NaN", "1e999", "..",
    "run_" + "0" * 32,
)  # fmt: skip
IDS = (run_id(1), event_id(1), receipt_id(1), "in_1", "flow", "billing")
_FIELD = re.compile(r'\bname="([a-z_]+)"')
_ENDLESS = {"/live"}


@cache
def form_names() -> list[str]:
    """The names of all fields and filters of the console."""
    pages = Path(tieline.__file__).parent.rglob("templates/*.html")
    return sorted({name for page in pages for name in _FIELD.findall(page.read_text())})


@dataclass(slots=True)
class Web:
    """The whole application over a store, and somebody who may do everything."""

    app: Any
    observer: CountingObserver
    key: str = ""

    async def enter(self) -> None:
        """Log in, as ann."""
        fields = form({"name": "ann", "password": PASSWORD})
        media = FORM["content-type"]
        status, headers, _ = await self.ask("POST", "/login", fields, media, known=False)
        assert status == 303
        self.key = headers[b"set-cookie"].decode().partition("=")[2].partition(";")[0]

    async def ask(
        self, method: str, path: str, body: bytes = b"", media: str = "", *, known: bool = True
    ) -> tuple[int, dict[bytes, bytes], bytes]:
        """One request, as the server hands it to the application."""
        place, _, query = path.partition("?")
        headers = [(b"host", b"127.0.0.1"), (b"content-length", b"%d" % len(body))]
        if known:
            cookie = f"{COOKIE}={self.key}".encode()
            headers += [(b"cookie", cookie), (b"x-csrf-token", csrf_of(self.key).encode())]
        headers += [(b"content-type", media.encode())] if media else []
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": unquote(place), "raw_path": place.encode(), "root_path": "",
            "query_string": query.encode(), "headers": headers, "server": ("127.0.0.1", 1),
            "client": ("127.0.0.1", 2), "state": {},
        }  # fmt: skip
        sent = iter([{"type": "http.request", "body": body, "more_body": False}])
        told: list[Any] = []

        async def receive() -> Any:
            return next(sent, {"type": "http.disconnect"})

        async def send(message: Any) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        whole = b"".join(one.get("body", b"") for one in told[1:])
        return told[0]["status"], dict(told[0]["headers"]), whole


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
async def web(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Web]:
    store: Store = await request.param(tmp_path)
    clock, ids, hub, observer = SystemClock(), SystemIds(), a_hub().spec(), CountingObserver()
    parts = WebParts(
        hub=hub,
        journal=store.journal,
        views=store.views,
        admitter=Admitter(hub, ids, dedupe_us=1),
        after=lambda _: None,
        clock=clock,
        ids=ids,
        vault=FixedVault(SECRETS),
        observer=observer,
        secrecy=SystemSecrecy(),
        questions=QUESTIONS,
        answered_by_hub=ANSWERED_BY_HUB,
        plans=PLANS,
        known_by=KNOWN_BY,
    )
    by = By("ops", "a test", clock.now_us())
    await store.journal.commit(AddUser("ann", "admin", hashed(), by))
    await store.journal.commit(a_delivery(1))
    made = Web(web_pages(parts), observer)
    await made.enter()
    yield made
    await store.close()


def some_of(chance: random.Random) -> list[str]:
    """A few odd texts, and always a NUL; all of them where there is time."""
    few = min(soak.times(3), len(ODD))
    return [*chance.sample(ODD, few), "a\0b"]


def spelt(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")


def form(fields: dict[str, str]) -> bytes:
    return "&".join(f"{spelt(name)}={spelt(text)}" for name, text in fields.items()).encode()


def routes_of(web: Web) -> Iterator[tuple[str, str]]:
    """Each method and path of the application."""

    def walk(routes: Iterable[BaseRoute]) -> Iterator[tuple[str, str]]:
        for route in routes:
            if isinstance(route, Route) and route.path not in _ENDLESS:
                yield from ((method, route.path) for method in sorted(route.methods or ()))

    app = web.app
    while not hasattr(app, "routes"):
        app = app._app
    yield from walk(app.routes)


def placed(path: str, text: str) -> str:
    return re.sub(r"\{[^}]+\}", spelt(text), path)


def names_of(path: str, method: str) -> list[str]:
    """What a route may be asked by: of the API its own, of a page all that pages have."""
    for one in endpoints():
        if PREFIX + one.path == path and one.method == method:
            return [*one.query.model_fields, *one.body.model_fields]
    return form_names()


def bodies(endpoint: Endpoint, odd: str) -> Iterator[dict[str, Any]]:
    """One that is as it should be but for one field, for each; and one with nothing in it."""
    schema = endpoint.body.model_json_schema()
    fields = schema.get("properties", {})
    sound = {name: _sound(fields[name], schema) for name in schema.get("required", ())}
    yield sound
    yield {}
    for name, of in fields.items():
        yield {**sound, name: odd}
        yield {**sound, name: [odd]}
        yield {**sound, name: _sound(of, schema)}


def _sound(of: dict[str, Any], whole: dict[str, Any]) -> Any:
    if "$ref" in of:
        of = whole["$defs"][of["$ref"].rpartition("/")[2]]
    of = of.get("anyOf", [of])[0]
    if "enum" in of:
        return of["enum"][0]
    kinds = {"integer": 1, "number": 1, "boolean": True, "object": {}, "string": "x"}
    kind = of.get("type", "string")
    return [_sound(of.get("items", {}), whole)] if kind == "array" else kinds.get(kind, "x")


def faults(found: list[tuple[str, int]]) -> list[str]:
    return sorted({f"{status} {what}" for what, status in found if status >= BROKEN})


async def test_no_path_and_no_filter_is_a_fault_of_the_hub(web: Web) -> None:
    chance = random.Random(soak.seed(7))
    found = []
    for method, path in routes_of(web):
        if method != "GET":
            continue
        names = names_of(path, method) or form_names()
        for odd in some_of(chance) if "{" in path else ():
            status, *_ = await web.ask(method, placed(path, odd))
            found.append((f"{method} {path} of {odd!r}", status))
        some = [(name, chance.choice(ODD)) for name in names] if path.startswith(PREFIX) else []
        some += [(chance.choice(names), odd) for odd in some_of(chance)]
        for name, odd in some:
            asked = f"{placed(path, chance.choice(IDS))}?{name}={spelt(odd)}"
            status, *_ = await web.ask(method, asked)
            found.append((f"{method} {path}?{name}={odd!r}", status))

    assert faults(found) == []


async def test_no_form_is_a_fault_of_the_hub(web: Web) -> None:
    chance = random.Random(soak.seed(7))
    names = form_names()
    media = FORM["content-type"]
    found = []
    for method, path in routes_of(web):
        if method != "POST" or path.startswith(PREFIX) or path == "/logout":
            continue
        for known in (True, False):
            own = {"csrf": csrf_of(web.key)} if known else {}
            sent: list[dict[str, str]] = [own, {**own, "reason": "x"}]
            sent += [{**own, **dict.fromkeys(names, odd)} for odd in some_of(chance)]
            sent += [{**own, "reason": "x", chance.choice(names): odd} for odd in some_of(chance)]
            for fields in sent:
                place = placed(path, chance.choice((*IDS, *ODD)))
                status, *_ = await web.ask(method, place, form(fields), media, known=known)
                told = {name: text for name, text in fields.items() if name != "csrf"}
                found.append((f"{method} {path} {str(told)[:80]} {known=}", status))
            status, *_ = await web.ask(method, placed(path, IDS[0]), b"\xff%00", media, known=known)
            found.append((f"{method} {path} of bytes", status))

    assert faults(found) == []


async def test_no_body_is_a_fault_of_the_hub(web: Web) -> None:
    chance = random.Random(soak.seed(7))
    found = []
    for endpoint in endpoints():
        if endpoint.is_safe:
            continue
        for odd in some_of(chance)[-2:]:
            place = placed(PREFIX + endpoint.path, chance.choice((*IDS, odd)))
            for body in bodies(endpoint, odd):
                raw = orjson.dumps(body) if odd.isprintable() else _escaped(body)
                status, *_ = await web.ask(endpoint.method, place, raw, "application/json")
                found.append((f"{endpoint.method} {endpoint.path} {str(body)[:80]}", status))

    assert faults(found) == []


def _escaped(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=True).encode()
