"""Aiohttp: one request comes in; aiohttp sends it, by a proxy if asked; its answer comes back.

aiohttp is an optional extra (``tieline[aiohttp]``): only this file and ``aiohttp_dial`` import it.
"""

import asyncio
import io
import ssl
from functools import cached_property, partial
from pathlib import Path

import aiohttp
from aiohttp.http_exceptions import BadHttpMessage, LineTooLong
from multidict import CIMultiDict
from yarl import URL

from tieline.adapters.http.aiohttp_dial import DialProgress, progress, vouching_connector
from tieline.adapters.http.answer import HEAD_LIMIT_BYTES
from tieline.adapters.http.body import body_for
from tieline.adapters.http.egress_check import EgressCheck, Resolver, system_resolver, vouch
from tieline.adapters.http.head import checked_method, outgoing_headers
from tieline.adapters.http.out_of_files import exhausted, is_out_of_files
from tieline.adapters.http.redirect import follow
from tieline.adapters.http.tls import verifying_context
from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.base.headers import Headers
from tieline.model.calls.call import Egress, HttpAnswer, HttpRequest
from tieline.rules.outbound.target import Origin, RequestTarget, parse_url, refuse

SEAM: tuple[tuple[type[aiohttp.ClientError], FailureKind, str], ...] = (  # first match wins
    (aiohttp.ConnectionTimeoutError, FailureKind.SLOW, "not connected when the time was over"),
    (aiohttp.ClientConnectorError, FailureKind.UNREACHABLE, "cannot be reached"),
    (aiohttp.ClientHttpProxyError, FailureKind.UNREACHABLE, "the proxy made no tunnel"),
    (aiohttp.ClientResponseError, FailureKind.BROKEN, "the answer is not HTTP"),
    (aiohttp.ClientPayloadError, FailureKind.BROKEN, "the answer's body is broken"),
    (aiohttp.ServerDisconnectedError, FailureKind.BROKEN, "the server closed without an answer"),
    (aiohttp.ClientError, FailureKind.BROKEN, "the connection broke"),
)

_LARGE_BODY_BYTES = 1024 * 1024
_WITHOUT_BODY = frozenset({204, 304})


class AiohttpClient:
    """HttpClient over aiohttp; lives and closes in one loop.

    With a *proxy* (``http://host:port``) the promise about addresses is the proxy's to keep: we
    check addresses that are written into a URL, but names are resolved at the proxy.
    """

    def __init__(
        self,
        *,
        resolver: Resolver = system_resolver,
        extra_authorities: Path | None = None,
        proxy: str | None = None,
    ) -> None:
        self._guard = EgressCheck(resolver)
        self._extra_authorities = extra_authorities
        self._proxy = None if proxy is None else URL(proxy)
        self._sessions: dict[Egress, aiohttp.ClientSession] = {}
        self._limits: set[asyncio.Timeout] = set()
        self._closed = False

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Send *request* and return the answer, whatever its status. Raises CallFailed."""
        deadline = asyncio.get_running_loop().time() + request.timeouts.total.total_seconds()
        return await follow(request, partial(self._send_once, deadline=deadline))

    async def close(self) -> None:
        """Close every connection; sends in flight fail as BROKEN."""
        self._closed = True
        for limit in self._limits:
            limit.reschedule(0.0)
        await asyncio.gather(*(session.close() for session in self._sessions.values()))

    async def _send_once(self, request: HttpRequest, *, deadline: float) -> HttpAnswer:
        target = parse_url(request.url)
        headers = _ascii_only(outgoing_headers(request, target))
        checked_method(request.method)
        if target.origin.address:
            vouch(target.origin.address, target.origin, request.egress)
        reached = DialProgress(target.origin if self._proxy is None else _origin_of(self._proxy))
        progress.set(reached)
        limit = asyncio.timeout_at(deadline)
        self._limits.add(limit)
        try:
            async with limit:
                return await self._exchange(request, target, headers)
        except aiohttp.ClientError as error:
            raise _translated(error, target.origin, reached.delivered) from error
        except TimeoutError as error:
            raise self._out_of_time(reached.delivered) from error
        finally:
            self._limits.discard(limit)

    async def _exchange(
        self, request: HttpRequest, target: RequestTarget, headers: CIMultiDict[str]
    ) -> HttpAnswer:
        connect_s = request.timeouts.connect.total_seconds()
        session = self._session(request.egress)
        async with session.request(
            request.method,
            URL(target.url, encoded=True),
            headers=headers,
            data=_payload(request.body),
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(connect=connect_s, ceil_threshold=float("inf")),
            ssl=self._context if target.origin.scheme == "https" else True,
        ) as response:
            progress.get().delivered = Delivered.YES
            try:
                return await _read(response, request)
            except CallFailed:
                response.close()
                raise

    def _session(self, egress: Egress) -> aiohttp.ClientSession:
        """One session for each egress: a connection is never reused across two."""
        if self._closed:
            raise CallFailed(FailureKind.BROKEN, Delivered.NO, "the client is closed")
        session = self._sessions.get(egress)
        if session is None:
            session = self._sessions[egress] = self._new_session(egress)
        return session

    def _new_session(self, egress: Egress) -> aiohttp.ClientSession:
        reach = egress if self._proxy is None else _egress_to(self._proxy)
        session = aiohttp.ClientSession(
            connector=vouching_connector(self._guard, reach),
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            max_field_size=HEAD_LIMIT_BYTES,
            max_line_size=HEAD_LIMIT_BYTES,
            proxy=self._proxy,
            skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            trust_env=False,
        )
        session._retry_connection = False  # noqa: SLF001 - no public switch; a test holds it
        return session

    @cached_property
    def _context(self) -> ssl.SSLContext:
        return verifying_context(self._extra_authorities)

    def _out_of_time(self, delivered: Delivered) -> CallFailed:
        if self._closed:
            return CallFailed(FailureKind.BROKEN, delivered, "the client was closed")
        detail = "the answer was not complete when the total time was over"
        return CallFailed(FailureKind.SLOW, delivered, detail)


def _origin_of(proxy: URL) -> Origin:
    return parse_url(f"{proxy.scheme}://{proxy.host_port_subcomponent}/").origin


def _egress_to(proxy: URL) -> Egress:
    return Egress(allow=(f"{proxy.host_subcomponent}:{proxy.port}",))


def _ascii_only(headers: list[tuple[str, str]]) -> CIMultiDict[str]:
    for name, value in headers:
        if not value.isascii():
            raise refuse(
                f"the value of header {name!r} is not ASCII; aiohttp would send it as UTF-8"
            )
    return CIMultiDict(headers)


def _payload(body: bytes) -> bytes | io.BytesIO | None:
    if len(body) > _LARGE_BODY_BYTES:
        return io.BytesIO(body)  # aiohttp warns of large bytes, which it writes in one go
    return body or None


async def _read(response: aiohttp.ClientResponse, request: HttpRequest) -> HttpAnswer:
    headers = tuple(
        (name.decode("latin-1").lower(), value.decode("latin-1"))
        for name, value in response.raw_headers
    )
    if sum(len(name) + len(value) + 4 for name, value in headers) > HEAD_LIMIT_BYTES:
        raise _head_too_large(Delivered.YES)
    _check_framing(response, headers)
    if request.method == "HEAD" or response.status in _WITHOUT_BODY:
        return HttpAnswer(response.status, headers, b"")
    codings = ", ".join(value for name, value in headers if name == "content-encoding")
    try:
        body = body_for(codings, request.max_answer_bytes)
        async for piece in response.content.iter_any():
            body.feed(piece)
        return HttpAnswer(response.status, headers, body.finish())
    except CallFailed as failure:
        failure.status = response.status
        raise


def _check_framing(response: aiohttp.ClientResponse, headers: Headers) -> None:
    lengths = [value for name, value in headers if name == "content-length"]
    codings = [value.lower() for name, value in headers if name == "transfer-encoding"]
    if codings and (lengths or codings != ["chunked"]):
        detail = "the answer's Transfer-Encoding is not just 'chunked', or has a length beside it"
        raise CallFailed(FailureKind.BROKEN, Delivered.YES, detail)
    if not 200 <= response.status < 600:
        detail = f"the answer's status is {response.status}; 200 to 599 is expected"
        raise CallFailed(FailureKind.BROKEN, Delivered.YES, detail)


def _translated(error: aiohttp.ClientError, origin: Origin, delivered: Delivered) -> CallFailed:
    if _is_about_size(error):
        return _head_too_large(delivered)
    kind, words = next((kind, words) for cause, kind, words in SEAM if isinstance(error, cause))
    if isinstance(error, aiohttp.ClientConnectorError):
        if is_out_of_files(error.os_error):
            return exhausted(origin.text)
        words = f"{words}: {error.os_error}"
    return CallFailed(kind, delivered, f"{origin.text}: {words}")


def _is_about_size(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, LineTooLong):
            return True
        if isinstance(error, BadHttpMessage) and error.message.startswith("Too many headers"):
            return True
        error = error.__cause__
    return False


def _head_too_large(delivered: Delivered) -> CallFailed:
    detail = f"the answer's head is larger than the {HEAD_LIMIT_BYTES} bytes allowed"
    return CallFailed(FailureKind.TOO_LARGE, delivered, detail)
