"""Connection: what an author calls and listens to; each call becomes a step of the run it is in."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import orjson

from tieline.authoring.contract import Contract
from tieline.authoring.source import SourceDeclaration
from tieline.model.base.errors import NoCaller
from tieline.model.base.headers import Headers
from tieline.model.calls.call import Call, Effect, HttpAnswer, Timeouts
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import WebhookSource
from tieline.model.hub.tenant_rule import TenantRule
from tieline.ports.caller import CURRENT
from tieline.rules.formats.path_template import filled

Values = Mapping[str, str | int]
Params = Mapping[str, str | int | Sequence[str]]
JSON_TYPE = ("content-type", "application/json")
FORM_TYPE = ("content-type", "application/x-www-form-urlencoded")


class Connection:
    """One account at a system. Made by ``hub.connect``, never directly."""

    def __init__(self, spec: ConnectionSpec) -> None:
        self.spec = spec

    @property
    def name(self) -> str:
        """The name it was connected under."""
        return self.spec.name

    def __repr__(self) -> str:
        return f"Connection({self.name!r} → {self.spec.connector.name})"

    # --- calls --------------------------------------------------------------------------------

    async def get(self, path: str, **options: Any) -> HttpAnswer:
        """GET *path*; options as for ``request``."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, **options: Any) -> HttpAnswer:
        """POST to *path*; options as for ``request``."""
        return await self.request("POST", path, **options)

    async def put(self, path: str, **options: Any) -> HttpAnswer:
        """PUT *path*; options as for ``request``."""
        return await self.request("PUT", path, **options)

    async def patch(self, path: str, **options: Any) -> HttpAnswer:
        """PATCH *path*; options as for ``request``."""
        return await self.request("PATCH", path, **options)

    async def delete(self, path: str, **options: Any) -> HttpAnswer:
        """DELETE *path*; options as for ``request``."""
        return await self.request("DELETE", path, **options)

    async def request(  # noqa: PLR0913 - one keyword for each thing an HTTP call may carry
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        form: Params | None = None,
        body: bytes = b"",
        values: Values | None = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        key: str | None = None,
        effect: Effect | None = None,
        timeout: timedelta | None = None,  # noqa: ASYNC109 - the total of one try, kept by the engine
        confirm: Callable[[], Awaitable[object]] | None = None,
    ) -> HttpAnswer:
        """Make one call and return its 2xx answer.

        Inside a run it is a step: remembered, retried, paced and guarded. ``values`` fill the
        places of a path such as ``/contacts/{email}``, percent-encoded: it is known by the path
        as you write it, and no value gets into a name. ``key`` distinguishes
        repeats of one operation; ``confirm`` looks for the effect after an unknown outcome (what
        it made, or nothing) and makes the operation ``verify``. Raises CallRefused for an answer
        that no repeat can cure, ValueError for more than one of ``json``, ``form`` and ``body``,
        or for values that do not fit the path.
        """
        caller = CURRENT.get()
        if caller is None:
            raise NoCaller(self.name)
        content, kind = _content(json, form, body)
        place = path if path.startswith("/") else f"/{path}"  # one operation, one name
        path = place if values is None else filled(place, values)
        call = Call(
            method=method.upper(),
            path=f"{path}?{urlencode(params, doseq=True)}" if params else path,
            body=content,
            headers=_headers(headers, kind),
            key=key,
            effect=Effect.VERIFY if confirm is not None and effect is None else effect,
            timeouts=None if timeout is None else self._timeouts(timeout),
            confirm=confirm,
            place=None if values is None else place.partition("?")[0],
        )
        return await caller.call(self.spec, call)

    def _timeouts(self, total: timedelta) -> Timeouts:
        return Timeouts(connect=min(self.spec.timeouts.connect, total), total=total)

    # --- sources ------------------------------------------------------------------------------

    def webhook(  # noqa: PLR0913 - each is one well-known dial of a source
        self,
        type: str = "*",  # noqa: A002 - the field's own word
        *,
        contract: type[Contract] | None = None,
        unverified: bool = False,
        max_body_bytes: int = 1024 * 1024,
        expect_every: timedelta | None = None,
        tenant: TenantRule | None = None,
        rate: Rate | None = None,
    ) -> SourceDeclaration:
        """Deliveries at ``/in/<connection>``, of one *type*, ``prefix.*`` or all.

        A silence of the source for longer than ``expect_every`` raises an alert; without it, the
        hub learns what is usual. ``tenant`` says whose a delivery is (``Tenant.field("account")``);
        ``rate`` is how many authentic ones a process takes in, those beyond are answered 429.
        """
        scheme = self.spec.connector.webhook
        source = None
        if scheme is not None:
            source = WebhookSource(
                self.name,
                scheme,
                self.spec.signing,
                unverified,
                max_body_bytes,
                expect_every,
                tenant,
                rate,
            )
        return SourceDeclaration(source, type, contract, connection=self.name)


def _content(
    json: object, form: Params | None, body: bytes
) -> tuple[bytes, tuple[str, str] | None]:
    if (json is not None) + (form is not None) + bool(body) > 1:
        raise ValueError("a call has one content: give json, form or body, not several")
    if json is not None:
        return orjson.dumps(json), JSON_TYPE
    if form is not None:
        return urlencode(form, doseq=True).encode(), FORM_TYPE
    return body, None


def _headers(given: Mapping[str, str] | None, kind: tuple[str, str] | None) -> Headers:
    if not given:
        return (kind,) if kind else ()
    own = tuple((name.lower(), value) for name, value in given.items())
    if kind is None or any(name == kind[0] for name, _ in own):
        return own
    return (kind, *own)
