"""Site: the whole web application over a real store, on loopback, with users of each role."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from argon2 import PasswordHasher
from starlette.routing import BaseRoute
from tests.conftest import StoreHouse
from tests.surfaces.web.client import Answer, Client
from tests.surfaces.web.plain_page import plain_page

from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.vault.fixed import FixedVault
from tieline.compose.features import (
    ANSWERED_BY_HUB,
    CATALOGUE,
    PLANS,
    QUESTIONS,
    authenticator,
    endpoints,
)
from tieline.features.access import login
from tieline.features.access.accounts import Accounts
from tieline.features.access.model import AddToken, AddUser
from tieline.features.access.rules.credentials import TOKEN_PREFIX, csrf_of, digest
from tieline.features.access.session_cookie import COOKIE
from tieline.model.base.by import By
from tieline.model.command import OperatorCommand
from tieline.model.people.role import Role, Scope
from tieline.surfaces.api.openapi import api_routes
from tieline.surfaces.web.app import web_app
from tieline.surfaces.web.parts import WebParts, WebPolicy
from tieline.surfaces.web.server import WebAddress, WebServer

PASSWORD = "correct horse battery"
FORM = {"content-type": "application/x-www-form-urlencoded"}
PLAIN = WebPolicy()
SECRETS = {
    "billing-live": "whsec_canary-of-billing",
    "billing-signing-verify": "canary-of-a-handshake",
    "books-signing": "canary-of-books-signing",
    "sealing": "canary-of-the-sealing-key",
}
"""What no answer may have in it."""


@cache
def hashed() -> str:
    """The hash of the one password; cheap to check, where a real one costs 64 MiB and a moment."""
    return PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)


@dataclass(slots=True)
class Site:
    """A running application, and the moves of those who use it."""

    house: StoreHouse
    client: Client
    parts: WebParts
    routes: list[BaseRoute]
    told: list[OperatorCommand[Any]] = field(default_factory=list)
    """What the hub was told after a commit."""

    def by(self) -> By:
        return By("ops", "a test", self.house.clock.now_us())

    async def add_user(self, name: str, role: str = "viewer", stored: str | None = None) -> None:
        await self.house.journal.commit(AddUser(name, role, stored or hashed(), self.by()))

    async def token(
        self,
        name: str,
        *scopes: str,
        owner: str | None = None,
        expires_us: int | None = None,
    ) -> dict[str, str]:
        """The header of a new token."""
        key = f"{TOKEN_PREFIX}{name}-{'x' * 40}"
        await self.house.journal.commit(
            AddToken(f"tok_{name}", name, digest(key), owner, scopes, expires_us, self.by())
        )
        return {"authorization": f"Bearer {key}"}

    async def token_of(self, role: Role) -> dict[str, str]:
        """The header of a token that may all that *role* may."""
        await self.add_user(f"u-{role}", role)
        return await self.token(f"t-{role}", *Scope, owner=f"u-{role}")

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        """Send a form."""
        return await self.client.post(path, urlencode(fields).encode(), **{**FORM, **headers})

    async def log_in(self, name: str, password: str = PASSWORD, **headers: str) -> Answer:
        return await self.post("/login", {"name": name, "password": password}, **headers)

    async def session(self, name: str) -> "Session":
        """A browser that is logged in as *name*."""
        answer = await self.log_in(name)
        assert answer.status == 303, answer.body
        return Session(self, answer.cookies[COOKIE])


@dataclass(slots=True)
class Session:
    """A browser with its cookie."""

    site: Site
    key: str

    @property
    def cookie(self) -> dict[str, str]:
        return {"cookie": f"{COOKIE}={self.key}"}

    @property
    def csrf(self) -> str:
        return csrf_of(self.key)

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.site.client.get(path, **{**self.cookie, **headers})

    async def post(self, path: str, fields: Mapping[str, str], **headers: str) -> Answer:
        whole = {"csrf": self.csrf, **fields}
        return await self.site.post(path, whole, **{**self.cookie, **headers})


@asynccontextmanager
async def open_site(
    house: StoreHouse, *more: BaseRoute, policy: WebPolicy = PLAIN
) -> AsyncIterator[Site]:
    """The application of *house*, with *more* routes."""
    told: list[OperatorCommand[Any]] = []
    parts = WebParts(
        hub=house.hub,
        journal=house.journal,
        views=SqliteReader(house.path, CATALOGUE),
        admitter=house.admitter,
        after=told.append,
        clock=house.clock,
        ids=house.ids,
        vault=FixedVault(SECRETS),
        observer=CountingObserver(),
        secrecy=SystemSecrecy(),
        questions=QUESTIONS,
        answered_by_hub=ANSWERED_BY_HUB,
        plans=PLANS,
        policy=policy,
    )
    routes = [
        *login.routes(parts, Accounts(parts), plain_page),
        *api_routes(parts, endpoints()),
        *more,
    ]
    web = WebServer(web_app(parts, authenticator(parts), routes), WebAddress("127.0.0.1", 0))
    await web.open()
    try:
        yield Site(house, Client(web.port), parts, routes, told)
    finally:
        await web.close(5.0)
        await parts.views.close()
