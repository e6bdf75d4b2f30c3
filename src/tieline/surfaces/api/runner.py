"""Runner: a request for an endpoint comes in; it is checked, carried out once, and answered."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.model.base.errors import PayloadRejected
from tieline.model.base.json_text import json_text
from tieline.model.base.payload import Json
from tieline.model.people.kept_answer import KeepAnswer, KeyTaken, ReturnKey, TakeKey
from tieline.pipeline.redactor import Redactor
from tieline.rules.formats.json_limits import parse
from tieline.rules.formats.plain import plain
from tieline.surfaces.api.endpoint import PREFIX, ApiRequest, EmptyBody, Endpoint
from tieline.surfaces.api.faults import told
from tieline.surfaces.web.authorize import needs
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import viewer_of

M = TypeVar("M", bound=BaseModel)

JSON = "application/json"
KEY_HEADER = "idempotency-key"
LONGEST_KEY = 255
DAY_US = 86_400_000_000
STALE_US = 60_000_000
"""A request that has a key for so long without an answer has died with its process."""
MOST_FAULTS = 5


def routes(parts: WebParts, endpoints: Sequence[Endpoint]) -> list[BaseRoute]:
    """A route for each endpoint, each saying what it needs."""
    runner = Runner(parts)
    return [runner.route(endpoint) for endpoint in endpoints]


class Runner:
    """Carries out requests."""

    def __init__(self, parts: WebParts) -> None:
        self._parts = parts
        self._clean = parts.clean or Redactor(parts.hub, parts.vault, parts.clock).clean
        self._behind: set[asyncio.Future[Any]] = set()

    def route(self, endpoint: Endpoint) -> Route:
        """The route of *endpoint*."""

        @needs(endpoint.needs)
        async def run(request: Request) -> Response:
            return await self._run(endpoint, request)

        name = f"{endpoint.method} {PREFIX}{endpoint.path}"
        return Route(PREFIX + endpoint.path, run, methods=[endpoint.method], name=name)

    async def _run(self, endpoint: Endpoint, request: Request) -> Response:
        query = _checked(endpoint.query, _query(request), "the query")
        raw = b"" if endpoint.is_safe else await request.body()
        body = EmptyBody() if endpoint.is_safe else _body(endpoint, request, raw)
        ask = ApiRequest(
            self._parts,
            viewer_of(request),
            dict(request.path_params),
            query,
            body,
            self._finish,
        )
        key = request.headers.get(KEY_HEADER)
        if endpoint.is_safe or key is None:
            return _response(endpoint, self._text(await endpoint.handler(ask)))
        fingerprint = hashlib.sha256(
            orjson.dumps([request.method, str(request.url.path), request.url.query]) + b"\n" + raw
        ).hexdigest()
        return await self._once(endpoint, ask, key, fingerprint)

    async def _once(
        self, endpoint: Endpoint, ask: ApiRequest, key: str, fingerprint: str
    ) -> Response:
        """Carry out the request of a key once; a repeat within a day gets the same answer."""
        if not 1 <= len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
            raise Problem("invalid", f"Idempotency-Key: use 1 to {LONGEST_KEY} visible characters")
        journal, now_us, actor = self._parts.journal, ask.now_us(), ask.viewer.name
        taken = await journal.commit(
            TakeKey(actor, key, fingerprint, now_us, now_us - DAY_US, now_us - STALE_US)
        )
        if not taken.fresh:
            return _repeated(endpoint, taken, fingerprint)
        try:
            document = await endpoint.handler(ask)
        except BaseException:
            await journal.commit(ReturnKey(actor, key))
            raise
        text = self._text(document)
        kept = _without(endpoint, text)
        await journal.commit(KeepAnswer(actor, key, endpoint.status, kept))
        return _response(endpoint, text)

    def _text(self, document: Any) -> bytes:
        return self._clean(to_json(plain(document))).encode()

    def _finish(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)


def to_json(document: Json) -> str:
    """As text; integers of any length, and half surrogates, survive."""
    try:
        return json_text(document).decode()
    except ValueError:
        return json.dumps(document, ensure_ascii=True)


def _query(request: Request) -> dict[str, Any]:
    """The parameters. Raises Problem for one that is given twice."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in found:
            raise Problem("invalid", f"the query: {name[:40]!r} is given twice")
        found[name] = value
    return found


def _body(endpoint: Endpoint, request: Request, raw: bytes) -> BaseModel:
    if endpoint.body is EmptyBody and not raw:
        return EmptyBody()
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise Problem("not-json", f"send Content-Type: {JSON}, not {media[:80]!r}")
    try:
        document = parse(raw)
    except PayloadRejected as error:
        raise Problem("bad-request", f"the body: {error.detail}") from None
    if not isinstance(document, dict):
        raise Problem("invalid", "the body: send an object")
    return _checked(endpoint.body, document, "the body")


def _checked(kind: type[M], given: dict[str, Any], where: str) -> M:
    is_query = where == "the query"
    try:
        if is_query:
            return kind.model_validate_strings(given)
        return kind.model_validate_json(to_json(given), strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        words = [told(fault, kind) for fault in faults[:MOST_FAULTS]]
        raise Problem("invalid", f"{where}: {'; '.join(words)}") from None


def _repeated(endpoint: Endpoint, taken: KeyTaken, fingerprint: str) -> Response:
    if taken.fingerprint != fingerprint:
        raise Problem("key-reused", "this Idempotency-Key was used for another request")
    if taken.status is None:
        words = "the request with this Idempotency-Key has no answer yet"
        raise Problem("in-progress", words, {"retry-after": "2"})
    answer = _response(endpoint, taken.body or b"", taken.status)
    answer.headers["idempotency-replayed"] = "true"
    return answer


def _without(endpoint: Endpoint, text: bytes) -> bytes:
    """What may be kept of an answer: not what is shown once."""
    if endpoint.shown_once is None:
        return text
    document = orjson.loads(text)
    return orjson.dumps({**document, endpoint.shown_once: None})


def _response(endpoint: Endpoint, text: bytes, status: int | None = None) -> Response:
    headers = {}
    if endpoint.location is not None:
        headers["location"] = PREFIX + endpoint.location.format(**orjson.loads(text))
    return Response(text, status or endpoint.status, headers, JSON)
