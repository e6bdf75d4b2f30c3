"""Request limits: a request passes here first; what is too large, slow or misaddressed goes no
further, and no answer leaves without the security headers."""

import asyncio
import ipaddress
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieline.model.runs.facts import PassFailed
from tieline.ports.observer import Observer
from tieline.surfaces.web.headers import added
from tieline.surfaces.web.parts import WebPolicy
from tieline.surfaces.web.problem import Problem, problem_of

MOST_BODY_BYTES = 1024 * 1024
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
NO_NUL = "a NUL character (%00), which no text that is kept can have; leave it out"
BODY_S = 30.0
"""From the end of the headers to the end of the body."""
SEND_S = 30.0
"""For a client to take one piece of an answer."""


Draw = Callable[[Request, Problem], Response]
"""Draws a problem as a page, for people."""


class RequestLimits:
    """The outermost layer of the web application."""

    def __init__(
        self, app: ASGIApp, policy: WebPolicy, observer: Observer, draw: Draw | None = None
    ) -> None:
        self._app = app
        self._policy = policy
        self._observer = observer
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        answer = _Answer(send, is_secure=self._policy.is_secure)
        body = _Body(receive, is_form=_is_form(scope))
        try:
            self._check(scope)
            scope["app"] = self._app  # has the router raise what it would answer in its own way
            await self._app(scope, body.receive, answer.send)
        except _Gone:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the client is told one sentence
            await self._tell(error, scope, answer)

    def _check(self, scope: Scope) -> None:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BODY_BYTES:
            raise _too_large(length[:30].decode("latin-1"))
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem("bad-request", f"the address has {NO_NUL}")
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) > 1:
            told = ", ".join(repr(value[:80].decode("latin-1")) for value in hosts[:3])
            raise Problem("bad-request", f"Host is given {len(hosts)} times: {told}; send one")
        if scope["path"].startswith("/health"):
            return
        if headers.get(b"authorization", b"")[:7].lower() == b"bearer ":
            return  # no browser adds that by itself, so the name proves nothing more
        host = headers.get(b"host", b"").decode("latin-1")
        if not is_our_name(host, self._policy.hosts):
            wanted = "use its address, or set console_url to the name it has"
            raise Problem("wrong-host", f"the host is {host[:80]!r}; {wanted}")

    async def _tell(self, error: Exception, scope: Scope, answer: "_Answer") -> None:
        told = problem_of(error)
        if told.code == "internal":
            words = f"{type(error).__name__}: {error}"
            self._observer.saw(PassFailed(f"web {scope['method']} {self._route(scope)}", words))
        if answer.is_begun:
            raise _Gone from error
        await self._shown(told, scope)(scope, _nothing, answer.send)

    def _route(self, scope: Scope) -> str:
        """The path as the application declares it: in a path itself may stand an invitation."""
        for route in getattr(self._app, "routes", ()):
            if route.matches(scope)[0] is not Match.NONE:
                return str(getattr(route, "path", route))
        return "(no route)"

    def _shown(self, told: Problem, scope: Scope) -> Response:
        """As a page where a browser asks for one, else as the document that programs read."""
        request = Request(scope)
        is_page = "text/html" in request.headers.get("accept", "")
        if self._draw is None or not is_page or scope["path"].startswith("/api/"):
            return told.response()
        return self._draw(request, told)


class _Gone(Exception):
    """The answer cannot be finished: the connection has to be closed."""


class _Body:
    """Counts and times a request's body while it arrives."""

    def __init__(self, receive: Receive, *, is_form: bool) -> None:
        self._receive = receive
        self._is_form = is_form
        self._tail = b""
        self._bytes = 0
        self._is_whole = False
        self._until_s = asyncio.get_running_loop().time() + BODY_S

    async def receive(self) -> Message:
        """The next piece. Raises Problem for one too many, or too late."""
        if self._is_whole:
            return await self._receive()  # waits for the client to go, as long as it stays
        try:
            async with asyncio.timeout_at(self._until_s):
                message = await self._receive()
        except TimeoutError:
            wanted = f"a body must arrive within {BODY_S:.0f} s"
            raise Problem("too-slow", wanted, {"connection": "close"}) from None
        if message["type"] == "http.request":
            self._bytes += len(message.get("body", b""))
            self._is_whole = not message.get("more_body", False)
        if self._bytes > MOST_BODY_BYTES:
            raise _too_large(f"{self._bytes} or more")
        if self._is_form:
            self._check_text(message.get("body", b""))
        return message

    def _check_text(self, piece: bytes) -> None:
        """A field of a form becomes a name, an id or a reason, none of which may have a NUL."""
        seen = self._tail + piece
        if b"%00" in seen or b"\0" in seen:
            raise Problem("bad-request", f"the form has {NO_NUL}", {"connection": "close"})
        self._tail = seen[-2:]


class _Answer:
    """Adds the headers of every answer, and times how it is taken."""

    def __init__(self, send: Send, *, is_secure: bool) -> None:
        self._send = send
        self._is_secure = is_secure
        self.is_begun = False

    async def send(self, message: Message) -> None:
        """Pass *message* on."""
        if message["type"] == "http.response.start":
            self.is_begun = True
            own = list(message.get("headers", ()))
            message = {**message, "headers": added(own, is_secure=self._is_secure)}
        try:
            async with asyncio.timeout(SEND_S):
                await self._send(message)
        except TimeoutError:
            raise _Gone from None


def _is_form(scope: Scope) -> bool:
    media = dict(scope["headers"]).get(b"content-type", b"").partition(b";")[0].strip().lower()
    return media.decode("latin-1") in FORMS


def _too_large(size: str) -> Problem:
    words = f"the body has {size} bytes; it may have {MOST_BODY_BYTES}"
    return Problem("too-large", words, {"connection": "close"})


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def is_our_name(host: str, names: frozenset[str]) -> bool:
    """Whether a request may say that it is for *host*.

    An address may always be used: what a hostile page can point at this server is a name.
    """
    name = host_name(host)
    if name in names or name == "localhost":
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def host_name(host: str) -> str:
    """*host* in small letters, without port and brackets."""
    text = host.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.rpartition(":")[0] if text.count(":") == 1 else text
