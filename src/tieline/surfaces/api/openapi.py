"""OpenAPI: the catalogue of calls comes in; its document (3.1) and its routes go out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import PREFIX, EmptyBody, Endpoint
from tieline.surfaces.api.runner import KEY_HEADER, LONGEST_KEY, routes
from tieline.surfaces.api.schema import REF, Schema, Schemas
from tieline.surfaces.web.authorize import needs
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import KINDS, MEDIA_TYPE

DOCUMENT = f"{PREFIX}/openapi.json"
VERSION = "1"
ALWAYS = ("bad-request", "wrong-host", "unauthenticated", "forbidden", "invalid", "internal",
          "store", "overloaded", "store-full", "headers-too-large")  # fmt: skip
"""What every call can answer."""
OF_BODIES = ("cross-site", "too-slow", "too-large", "not-json", "in-progress", "key-reused")
WORDS = """\
Everything that the console and the command line can do with a running hub.

Lists come in pages: `next` of one page is the `cursor` of the following; a page may hold few or no
items and still have a next one, since it looks at a bounded number of rows. Times are ISO 8601 in
UTC. Errors are problem documents (RFC 9457): `code` is stable, and `retriable` says whether the
same request may succeed later. Payloads are redacted: secrets, fields that contracts call
sensitive, and well-known names."""


def api_routes(parts: WebParts, endpoints: Sequence[Endpoint]) -> list[BaseRoute]:
    """Every call, and the document that describes them."""
    text = orjson.dumps(document(endpoints), option=orjson.OPT_SORT_KEYS)

    @needs(Permission.SEARCH)
    async def describe(_: Request) -> Response:
        return Response(text, media_type="application/json")

    return [Route(DOCUMENT, describe), *routes(parts, endpoints)]


def document(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """The OpenAPI document."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for endpoint in endpoints:
        paths[PREFIX + endpoint.path][endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tieline",
            "version": VERSION,
            "description": WORDS,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": dict(paths),
        "components": {
            "schemas": {**schemas.named, "Problem": _problem()},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "tl_…"},
                "session": {"type": "apiKey", "in": "cookie", "name": "tieline_session"},
            },
        },
        "tags": [{"name": name} for name in dict.fromkeys(e.noun for e in endpoints)],
    }


def _operation(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": _name(endpoint),
        "summary": endpoint.summary,
        "description": f"Needs the permission `{endpoint.needs}`.",
        "tags": [endpoint.noun],
        "security": [{"token": []}, {"session": []}],
        "parameters": [*_path(endpoint), *_query(endpoint.query, schemas), *_key(endpoint)],
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.body is not EmptyBody:
        content = {"application/json": {"schema": _model(endpoint.body, schemas)}}
        made["requestBody"] = {"required": True, "content": content}
    return made


def _name(endpoint: Endpoint) -> str:
    words = [part for part in endpoint.path.replace("-", "/").split("/") if part]
    shown = ["one" if word.startswith("{") else word for word in words]
    return "_".join([endpoint.method.lower(), *shown])


def _path(endpoint: Endpoint) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]
    schema = {"type": "string", "minLength": 1, "maxLength": 200}
    return [{"name": n, "in": "path", "required": True, "schema": schema} for n in names]


def _query(kind: type[BaseModel], schemas: Schemas) -> list[dict[str, Any]]:
    schema = kind.model_json_schema(ref_template=REF + "{model}")
    schemas.named |= schema.pop("$defs", {})
    required = schema.get("required", ())
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": shape.get("description", ""),
            "schema": _said(shape),
        }
        for name, shape in schema.get("properties", {}).items()
    ]


def _said(shape: Schema) -> Schema:
    """A parameter is there or not; it is never null."""
    options = [one for one in shape.get("anyOf", ()) if one != {"type": "null"}]
    kept = {k: x for k, x in shape.items() if k not in {"anyOf", "title", "description"}}
    if kept.get("default", 0) is None:
        kept.pop("default")
    return {**kept, **options[0]} if options else kept


def _key(endpoint: Endpoint) -> list[dict[str, Any]]:
    if endpoint.is_safe:
        return []
    words = (
        "A repeat with the same key, within a day, gets the first answer and does nothing; the "
        "same key with another request is refused."
    )
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"}
    return [{"name": KEY_HEADER, "in": "header", "description": words, "schema": schema}]


def _model(kind: type[BaseModel], schemas: Schemas) -> Schema:
    schema = kind.model_json_schema(ref_template=REF + "{model}")
    schemas.named |= schema.pop("$defs", {})
    schemas.named[kind.__name__] = schema
    return {"$ref": REF + kind.__name__}


def _responses(endpoint: Endpoint, schemas: Schemas) -> dict[str, Any]:
    shape = schemas.of(endpoint.answer)
    found: dict[str, Any] = {
        str(endpoint.status): {
            "description": endpoint.summary,
            "content": {"application/json": {"schema": shape}},
        }
    }
    codes = [*ALWAYS, *(() if endpoint.is_safe else OF_BODIES), *endpoint.problems]
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in dict.fromkeys(codes):
        by_status[KINDS[code].status].append(code)
    for status, names in sorted(by_status.items()):
        words = "; ".join(f"`{name}`: {KINDS[name].title}" for name in names)
        content = {MEDIA_TYPE: {"schema": {"$ref": REF + "Problem"}}}
        found[str(status)] = {"description": words, "content": content}
    return found


def _problem() -> Schema:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "Why not (RFC 9457).",
        "required": ["type", "title", "status", "detail", "code", "retriable"],
        "properties": {
            "type": {**text, "description": "`urn:tieline:problem:` and the code."},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": {**text, "enum": sorted(KINDS)},
            "retriable": {
                "type": "boolean",
                "description": "Whether the same request may succeed later.",
            },
        },
    }
