"""Connection: what an author calls and listens to; each call becomes a step of the run it is in."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from inspect import ismethod
from typing import Any
from urllib.parse import urlencode

from tieline.authoring.contract import Contract
from tieline.authoring.source import SourceDeclaration
from tieline.model.base.errors import NoCaller
from tieline.model.base.headers import Headers
from tieline.model.calls.call import Call, Effect, HttpAnswer, Timeouts
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import WebhookSource
from tieline.model.hub.tenant_rule import TenantRule
from tieline.ports.awaited import AWAITED
from tieline.ports.caller import CURRENT
from tieline.rules.formats.json_text import json_text
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

    def get(self, path: str, **options: Any) -> Coroutine[Any, Any, HttpAnswer]:
        """GET *path*; options as for ``request``."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Coroutine[Any, Any, HttpAnswer]:
        """POST to *path*; options as for ``request``."""
        return self.request("POST", path, **options)

    def put(self, path: str, **options: Any) -> Coroutine[Any, Any, HttpAnswer]:
        """PUT *path*; options as for ``request``."""
        return self.request("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Coroutine[Any, Any, HttpAnswer]:
        """PATCH *path*; options as for ``request``."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Coroutine[Any, Any, HttpAnswer]:
        """DELETE *path*; options as for ``request``."""
        return self.request("DELETE", path, **options)

    def request(  # noqa: PLR0913 - one keyword for each thing an HTTP call may carry
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
        timeout: timedelta | None = None,
        confirm: Callable[[], Awaitable[object]] | None = None,
    ) -> Coroutine[Any, Any, HttpAnswer]:
        """Make one call; awaited, it gives its 2xx answer.

        Inside a run it is a step: remembered, retried, paced and guarded. ``values`` fill the
        places of a path such as ``/contacts/{email}``, percent-encoded: it is known by the path
        as you write it, and no value gets into a name. ``key`` distinguishes
        repeats of one operation; ``confirm`` looks for the effect after an unknown outcome (what
        it made, or nothing) and makes the operation ``verify``. Raises CallRefused for an answer
        that no repeat can cure, ValueError for more than one of ``json``, ``form`` and ``body``,
        for values that do not fit the path, or for a ``#`` in it. ``params`` go into the query,
        behind what the path has there already. A call that a flow asks for and never awaits ends
        its run: it is dead, with the line.
        """
        caller = CURRENT.get()
        if caller is None:
            raise NoCaller(self.name)
        content, kind = _content(json, form, body)
        place = path if path.startswith("/") else f"/{path}"  # one operation, one name
        if "#" in place:
            raise ValueError(
                f"path {place.partition('#')[0] + '#…'!r} has a '#', and what stands behind it is "
                "never sent; write %23, or give the value with values="
            )
        path = place if values is None else filled(place, values)
        if confirm is not None:
            _must_look_up(confirm)
        call = Call(
            method=method.upper(),
            path=joined(path, params),
            body=content,
            headers=_headers(headers, kind),
            key=key,
            effect=Effect.VERIFY if confirm is not None and effect is None else effect,
            timeouts=None if timeout is None else self._timeouts(timeout),
            confirm=confirm,
            place=None if values is None else place.partition("?")[0],
        )
        asked = caller.call(self.spec, call)
        awaited = AWAITED.get()
        if awaited is None:
            return asked
        return awaited.note(asked, self.name, ".", method.lower(), "('", place, "')")

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


def _must_look_up(confirm: object) -> None:
    """Raises TypeError, before the effect, for what cannot look for it after an unknown outcome."""
    if not callable(confirm):
        raise TypeError(
            f"confirm is {confirm!r}; give a function without parameters, which looks for what the "
            "call makes, as in confirm=lambda: find(order_id)"
        )
    code = getattr(confirm, "__code__", None)
    if code is None:
        return  # nothing is known of it before it is called
    given = len(getattr(confirm, "__defaults__", None) or ()) + ismethod(confirm)
    if code.co_argcount > given:
        raise TypeError(
            f"confirm is {code.co_name}({', '.join(code.co_varnames[: code.co_argcount])}), and is "
            "called without arguments; bind them, as in confirm=lambda: find(order_id)"
        )


def joined(path: str, params: Params | None) -> str:
    """*path* with *params* in its query, behind what its query has already."""
    if not params:
        return path
    mark = "" if path.endswith(("?", "&")) else "&" if "?" in path else "?"
    return f"{path}{mark}{urlencode(params, doseq=True)}"


def _content(
    json: object, form: Params | None, body: bytes
) -> tuple[bytes, tuple[str, str] | None]:
    if (json is not None) + (form is not None) + bool(body) > 1:
        raise ValueError("a call has one content: give json, form or body, not several")
    if json is not None:
        try:
            return json_text(json), JSON_TYPE
        except ValueError as error:
            raise ValueError(f"json cannot be sent: {error}") from None
    if form is not None:
        return urlencode(form, doseq=True).encode(), FORM_TYPE
    return body, None


def _headers(given: Mapping[str, str] | None, kind: tuple[str, str] | None) -> Headers:
    if not given:
        return (kind,) if kind else ()
    for name, value in given.items():
        if not (isinstance(name, str) and isinstance(value, str)):
            raise TypeError(
                f"header {name!r} is {value!r}; a header is a text: leave it out, or write str(…)"
            )
    own = tuple((name.lower(), value) for name, value in given.items())
    if kind is None or any(name == kind[0] for name, _ in own):
        return own
    return (kind, *own)
