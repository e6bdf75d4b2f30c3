"""Connection: what an author calls and listens to; each call becomes a step of the run it is in."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import timedelta
from inspect import ismethod
from typing import Any

from tieline.authoring.checked import checked
from tieline.authoring.contract import Contract
from tieline.authoring.source import SourceDeclaration
from tieline.model.base.errors import ArgumentRefused, NoCaller
from tieline.model.base.headers import Headers
from tieline.model.base.json_text import json_text
from tieline.model.calls.call import Call, Effect, HttpAnswer, Timeouts
from tieline.model.calls.rate import Rate
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.hub.flow import WebhookSource
from tieline.model.hub.tenant_rule import TenantRule
from tieline.model.inbound.body import BodyLimits
from tieline.ports.awaited import AWAITED
from tieline.ports.caller import CURRENT
from tieline.rules.declared.arguments import exact
from tieline.rules.formats.form_text import form_text
from tieline.rules.formats.path_template import filled
from tieline.rules.outbound.asked_path import asked_path
from tieline.rules.outbound.own_headers import own_headers

Values = Mapping[str, str | int]
Params = Mapping[str, Any]
JSON_TYPE = ("content-type", "application/json")
FORM_TYPE = ("content-type", "application/x-www-form-urlencoded")


class Connection:
    """One account at a system. Made by ``hub.connect``, never directly."""

    def __init__(self, spec: ConnectionSpec) -> None:
        self.spec = spec
        self.mistakes: list[str] = []
        """What was wrong in its arguments."""

    def with_mistakes(self, mistakes: Sequence[str]) -> "Connection":
        """Itself, with what was wrong in its arguments."""
        self.mistakes += mistakes
        return self

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

    @exact
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
        key: Any = None,
        effect: Effect | None = None,
        timeout: timedelta | None = None,
        confirm: Callable[[], Awaitable[object]] | None = None,
        ok: Callable[[HttpAnswer], bool] | None = None,
    ) -> Coroutine[Any, Any, HttpAnswer]:
        """Make one call; awaited, it gives its 2xx answer.

        Inside a run it is a step: remembered, retried, paced and guarded. ``values`` fill the
        places of a path such as ``/contacts/{email}``, percent-encoded: it is known by the path
        as you write it, and no value gets into a name. ``params`` go into the query, behind what
        the path has there already. ``key`` distinguishes repeats of one operation; ``confirm``
        looks for the effect after an unknown outcome (what it made, or nothing) and makes the
        operation ``verify``. ``ok`` says whether a 2xx answer is a success (a page of a proxy,
        errors under 200): one that is not is tried again like a broken answer, or in doubt, and
        is not remembered. A call that a flow asks for and never awaits ends its run: it is
        dead, with the line.

        Raises CallRefused for an answer that no repeat can cure, ArgumentRefused for what could
        not be sent as it is meant: two contents, a path that names no place here, a value that
        has no form, a header that the hub sends itself.
        """
        caller = CURRENT.get()
        if caller is None:
            raise NoCaller(self.name)
        connector = self.spec.connector
        content, kind = _content(json, form, body, brackets=connector.nested_forms)
        place = asked_path(path, self.spec.base_url, is_template=values is not None)
        path = place if values is None else filled(place, values)
        if confirm is not None:
            _must_look_up(confirm)
        call = Call(
            method=method.upper(),
            path=joined(path, params, brackets=connector.nested_forms),
            body=content,
            headers=self._headers(headers, kind),
            key=key,
            effect=Effect.VERIFY if confirm is not None and effect is None else effect,
            timeouts=None if timeout is None else self._timeouts(timeout),
            confirm=confirm,
            ok=None if ok is None else _plain(ok),
            place=None if values is None else place.partition("?")[0],
        )
        asked = caller.call(self.spec, call)
        awaited = AWAITED.get()
        if awaited is None:
            return asked
        return awaited.note(asked, self.name, ".", method.lower(), "('", place, "')")

    def _headers(self, given: Mapping[str, str] | None, kind: tuple[str, str] | None) -> Headers:
        if not given:
            return (kind,) if kind else ()
        connector = self.spec.connector
        own = own_headers(
            given,
            auth=connector.auth,
            has_credential=self.spec.credential is not None,
            idempotency_header=connector.idempotency_header,
        )
        if kind is None or any(name == kind[0] for name, _ in own):
            return own
        return (kind, *own)

    def _timeouts(self, total: timedelta) -> Timeouts:
        return Timeouts(connect=min(self.spec.timeouts.connect, total), total=total)

    # --- sources ------------------------------------------------------------------------------

    @checked()
    def webhook(  # noqa: PLR0913 - each is one well-known dial of a source
        self,
        type: str = "*",  # noqa: A002 - the field's own word
        *,
        contract: type[Contract] | None = None,
        unverified: bool = False,
        max_body_bytes: int | None = None,
        max_keys: int | None = None,
        max_depth: int | None = None,
        expect_every: timedelta | None = None,
        tenant: TenantRule | None = None,
        rate: Rate | None = None,
    ) -> SourceDeclaration:
        """Deliveries at ``/in/<connection>``, of one *type*, ``prefix.*`` or all.

        A body may have ``max_body_bytes``, with ``max_keys`` in all its objects and ``max_depth``
        of them inside each other; what is not given is what the vendor's scheme says. A silence
        of the source for longer than ``expect_every`` raises an alert; without it, the hub learns
        what is usual. ``tenant`` says whose a delivery is (``Tenant.field("account")``); ``rate``
        is how many authentic ones a process takes in, those beyond are answered 429.
        """
        scheme = self.spec.connector.webhook
        source = None
        if scheme is not None:
            source = WebhookSource(
                self.name,
                scheme,
                self.spec.signing,
                unverified,
                _limits(scheme.limits, max_body_bytes, max_keys, max_depth),
                expect_every,
                tenant,
                rate,
            )
        return SourceDeclaration(source, type, contract, connection=self.name)


def _limits(
    of_vendor: BodyLimits, bytes_: int | None, keys: int | None, depth: int | None
) -> BodyLimits:
    return BodyLimits(
        of_vendor.bytes if bytes_ is None else bytes_,
        of_vendor.keys if keys is None else keys,
        of_vendor.depth if depth is None else depth,
    )


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


def joined(path: str, params: Params | None, *, brackets: bool) -> str:
    """*path* with *params* in its query, behind what its query has already."""
    query = form_text("params", params, brackets=brackets) if params else ""
    if not query:
        return path
    mark = "" if path.endswith(("?", "&")) else "&" if "?" in path else "?"
    return f"{path}{mark}{query}"


def _plain(ok: Callable[[HttpAnswer], bool]) -> Callable[[HttpAnswer], bool]:
    if inspect.iscoroutinefunction(ok):
        raise TypeError("ok= is an async function; give a plain one that looks at the answer")
    return ok


def _content(
    json: object, form: Params | None, body: bytes, *, brackets: bool
) -> tuple[bytes, tuple[str, str] | None]:
    if (json is not None) + (form is not None) + bool(body) > 1:
        raise ArgumentRefused("a call has one content: give json, form or body, not several")
    if json is not None:
        try:
            return json_text(json), JSON_TYPE
        except ValueError as error:
            raise ArgumentRefused(f"json cannot be sent: {error}") from None
    if form is not None:
        return form_text("form", form, brackets=brackets).encode(), FORM_TYPE
    return body, None
