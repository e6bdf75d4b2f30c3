"""The web server: what is misaddressed, too large or too slow goes no further."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route
from tests.conftest import StoreHouse
from tests.engine import Witness
from tests.surfaces.web.client import Client, raw

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.fixed import FixedVault
from tieline.compose.features import CATALOGUE
from tieline.model.base.errors import SettingsError, StoreLost
from tieline.model.people.role import Role
from tieline.model.runs.facts import PassFailed
from tieline.model.views.views import Question
from tieline.ports.observer import NOBODY, Observer
from tieline.ports.views import Views
from tieline.rules.people.access import Permission, allowed
from tieline.surfaces.web import protocol
from tieline.surfaces.web import request_limits as gate
from tieline.surfaces.web.app import web_app
from tieline.surfaces.web.authorize import needs, open_to_all
from tieline.surfaces.web.parts import WebParts, WebPolicy
from tieline.surfaces.web.server import WebAddress, WebServer
from tieline.surfaces.web.viewer import Viewer, viewer_of


class Everybody:
    """An authenticator that believes the header X-Role; the real one has its own tests."""

    async def identify(self, request: Request) -> Viewer | None:
        role = request.headers.get("x-role")
        if role is None:
            return None
        return Viewer("ann", allowed(Role(role)), Role(role), "ann", "token")

    async def check_origin(self, request: Request, viewer: Viewer) -> None:
        assert viewer.name == "ann"


@needs(Permission.READ)
async def page(request: Request) -> Response:
    return PlainTextResponse(f"hello {viewer_of(request).name}")


@open_to_all
async def echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


@open_to_all
async def broken(_: Request) -> Response:
    raise RuntimeError("the secret of the inside")


@open_to_all
async def endless(_: Request) -> Response:
    async def pieces() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    return StreamingResponse(pieces())


ROUTES: list[BaseRoute] = [
    Route("/page", page),
    Route("/echo", echo, methods=["POST"]),
    Route("/broken", broken),
    Route("/welcome/{key}", broken),
    Route("/endless", endless),
]


PLAIN = WebPolicy()


@asynccontextmanager
async def serving(
    house: StoreHouse,
    *,
    policy: WebPolicy = PLAIN,
    static: Path | None = None,
    views: Views | None = None,
    observer: Observer = NOBODY,
) -> AsyncIterator[Client]:
    parts = WebParts(
        hub=house.hub,
        journal=house.journal,
        views=views or SqliteReader(house.path, CATALOGUE),
        admitter=house.admitter,
        after=lambda _: None,
        clock=house.clock,
        ids=house.ids,
        vault=FixedVault({}),
        observer=observer,
        secrecy=SystemSecrecy(),
        metrics=lambda: (b"tieline_up 1\n", "text/plain; version=0.0.4"),
        policy=policy,
    )
    web = WebServer(web_app(parts, Everybody(), ROUTES, static), WebAddress("127.0.0.1", 0))
    await web.open()
    try:
        yield Client(web.port)
    finally:
        await web.close(5.0)
        await parts.views.close()


async def test_every_answer_has_the_security_headers(house: StoreHouse) -> None:
    async with serving(house) as client:
        for path in ("/health/live", "/nothing", "/broken", "/page"):
            answer = await client.get(path)

            csp = answer.headers["content-security-policy"]
            assert "default-src 'self'" in csp
            assert "frame-ancestors 'none'" in csp
            assert "unsafe" not in csp
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cross-origin-opener-policy"] == "same-origin"
            assert answer.headers["cache-control"] == "no-store"
            assert "strict-transport-security" not in answer.headers
            assert "server" not in answer.headers


async def test_behind_tls_browsers_are_told_to_stay_there(house: StoreHouse) -> None:
    async with serving(house, policy=WebPolicy(is_secure=True)) as client:
        answer = await client.get("/health/live")

    assert "max-age=" in answer.headers["strict-transport-security"]


class Lost:
    """The views of a store whose server is away."""

    async def read(self, _question: Question[Any]) -> Any:
        raise StoreLost("the connection to db.example is gone")

    async def close(self) -> None:
        """Nothing is open."""


async def test_health_says_whether_process_and_store_answer(house: StoreHouse) -> None:
    async with serving(house) as client:
        fine = [(await client.get(f"/health{path}")).status for path in ("", "/live", "/ready")]
    async with serving(house, views=Lost()) as client:
        live = await client.get("/health/live")
        ready = await client.get("/health/ready")

    assert fine == [200, 200, 200]
    assert live.status == 200
    assert (ready.status, ready.json()["code"]) == (503, "store")
    assert ready.json()["retriable"] is True
    assert b"db.example" not in ready.body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("localhost:8081", 200),
        ("[::1]:8081", 200),
        ("hub.acme.example", 200),
        ("HUB.ACME.EXAMPLE:443", 200),
        ("evil.example", 400),
        ("hub.acme.example.evil.example", 400),
        ("", 400),
    ],
)
async def test_a_hostile_name_for_our_address_is_refused(
    house: StoreHouse, host: str, status: int
) -> None:
    async with serving(house, policy=WebPolicy(frozenset({"hub.acme.example"}))) as client:
        answer = await client.get("/page", host=host, **{"x-role": "viewer"})

    assert answer.status == status
    if status == 400:
        assert answer.json()["code"] == "wrong-host"


async def test_a_body_has_a_limit_declared_or_not(house: StoreHouse) -> None:
    async with serving(house) as client:
        whole = await client.post("/echo", b"x" * gate.MOST_BODY_BYTES)
        declared = await client.post("/echo", b"x" * (gate.MOST_BODY_BYTES + 1))
        chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
        chunked = await raw(
            client.port,
            b"POST /echo HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
            + chunk * 17
            + b"0\r\n\r\n",
        )

    assert (whole.status, whole.body) == (200, str(gate.MOST_BODY_BYTES).encode())
    assert (declared.status, declared.json()["code"]) == (413, "too-large")
    assert b" 413 " in chunked.partition(b"\r\n")[0]


async def test_large_and_slow_heads_are_cut_off(
    house: StoreHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_S", 0.2)
    async with serving(house) as client:
        large = await raw(
            client.port,
            b"GET /page HTTP/1.1\r\nhost: localhost\r\n" + (b"a: " + b"b" * 8000 + b"\r\n") * 12,
        )
        silent = await raw(client.port, b"")
        half = await raw(client.port, b"GET /page HTTP/1.1\r\nhost: loc")

    assert b" 431 " in large.partition(b"\r\n")[0]
    assert (silent, half) == (b"", b"")


async def test_a_slow_body_is_cut_off(house: StoreHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "BODY_S", 0.2)
    async with serving(house) as client:
        answer = await raw(
            client.port, b"POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\nhalf"
        )

    assert b" 408 " in answer.partition(b"\r\n")[0]
    assert b'"too-slow"' in answer


async def test_whoever_does_not_read_its_answer_is_let_go(
    house: StoreHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "SEND_S", 0.2)
    async with serving(house) as client:
        reader, writer = await asyncio.open_connection("127.0.0.1", client.port, limit=1024)
        writer.write(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n")
        await asyncio.sleep(0.6)
        read = 0
        async with asyncio.timeout(10):
            while piece := await reader.read(1 << 20):
                read += len(piece)
        writer.close()

    assert read > 0


async def test_of_a_defect_only_the_log_says_more(house: StoreHouse) -> None:
    async with serving(house) as client:
        answer = await client.get("/broken")

    assert answer.status == 500
    assert answer.json()["code"] == "internal"
    assert b"secret of the inside" not in answer.body
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_log_names_the_route_of_a_defect_and_not_what_stood_in_its_path(
    house: StoreHouse,
) -> None:
    witness = Witness()
    async with serving(house, observer=witness) as client:
        answer = await client.get("/welcome/s3cret-invitation?key=s3cret")

    assert answer.status == 500
    (told,) = [fact for fact in witness.facts if isinstance(fact, PassFailed)]
    assert told.name == "web GET /welcome/{key}"
    assert "s3cret" not in repr(told)


async def test_nobody_gets_past_a_guard_without_the_permission(house: StoreHouse) -> None:
    async with serving(house) as client:
        nobody = await client.get("/page")
        browser = await client.get("/page?x=1", accept="text/html")
        support = await client.get("/page", **{"x-role": "support"})
        viewer = await client.get("/page", **{"x-role": "viewer"})

    assert (nobody.status, nobody.json()["code"]) == (401, "unauthenticated")
    assert (browser.status, browser.headers["location"]) == (303, "/login?next=/page%3Fx%3D1")
    assert (support.status, support.json()["code"]) == (403, "forbidden")
    assert (viewer.status, viewer.body) == (200, b"hello ann")


def test_a_route_that_does_not_say_who_may_use_it_stops_the_application(
    build_house: Callable[[], StoreHouse],
) -> None:
    async def forgotten(_: Request) -> Response:
        return PlainTextResponse("everything")

    with pytest.raises(TypeError, match="/forgotten does not say who may use it"):
        web_app(
            WebParts(
                hub=None,  # type: ignore[arg-type]
                journal=None,  # type: ignore[arg-type]
                views=None,  # type: ignore[arg-type]
                admitter=None,  # type: ignore[arg-type]
                after=lambda _: None,
                clock=None,  # type: ignore[arg-type]
                ids=None,  # type: ignore[arg-type]
                vault=FixedVault({}),
                observer=CountingObserver(),
                secrecy=SystemSecrecy(),
            ),
            Everybody(),
            [Route("/forgotten", forgotten)],
        )


async def test_metrics_go_to_this_machine_and_to_nobody_behind_a_proxy(house: StoreHouse) -> None:
    async with serving(house) as client:
        here = await client.get("/metrics")
        forwarded = await client.get("/metrics", **{"x-forwarded-for": "192.0.2.1"})
    async with serving(house, policy=WebPolicy(is_proxied=True)) as client:
        proxied = await client.get("/metrics")
        admin = await client.get("/metrics", **{"x-role": "admin"})

    assert (here.status, here.body) == (200, b"tieline_up 1\n")
    assert (forwarded.status, proxied.status, admin.status) == (401, 401, 200)


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.txt",
        "/static/%2e%2e/secret.txt",
        "/static/..%2fsecret.txt",
        "/static/..%5csecret.txt",
        "/static//etc/passwd",
        "/static/%00",
        "/static/",
    ],
)
async def test_static_files_come_from_their_folder_alone(
    house: StoreHouse, tmp_path: Path, path: str
) -> None:
    (tmp_path / "secret.txt").write_text("s3cret")
    folder = tmp_path / "static"
    folder.mkdir()
    (folder / "a.css").write_text("body {}")
    async with serving(house, static=folder) as client:
        fine = await client.get("/static/a.css")
        attacked = await client.get(path)

    assert fine.status == 200
    assert attacked.status in {400, 404}
    assert b"s3cret" not in attacked.body


async def test_a_stop_does_not_wait_for_an_endless_answer(house: StoreHouse) -> None:
    loop = asyncio.get_running_loop()
    async with serving(house) as client:
        _, writer = await asyncio.open_connection("127.0.0.1", client.port)
        writer.write(b"GET /endless HTTP/1.1\r\nhost: localhost\r\n\r\n")
        await writer.drain()
        began = loop.time()
    writer.close()

    assert loop.time() - began < 10


async def test_an_address_that_is_taken_is_named(house: StoreHouse) -> None:
    async with serving(house) as client:
        second = WebServer(PlainTextResponse("x"), WebAddress("127.0.0.1", client.port))
        with pytest.raises(SettingsError, match="console_port"):
            await second.open()
