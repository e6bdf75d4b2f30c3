"""Provider reason: an answer comes in; the words in it that are meant for people go out."""

import re

import orjson

from tieline.model.calls.call import HttpAnswer
from tieline.rules.formats.plain_text import inert

LONGEST_MESSAGE = 500

_LARGEST_JSON_BYTES = 256 * 1024
_TEXT_BYTES = 4096
_DEEPEST = 5
_MOST_FIELDS = 100
_FIELDS = (  # the first that holds text wins, searched inside the ones that hold more fields
    "message",
    "error_description",
    "error",
    "errors",
    "detail",
    "title",
    "msg",
    "description",
    "fault",
    "reason",
)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,500})<", re.IGNORECASE)


def provider_message(answer: HttpAnswer) -> str:
    """The provider's own words in one harmless line of at most 500 characters; "" if it has none.

    Taken from the usual fields of a JSON body (``message``, ``error``, ``errors[0].detail`` …),
    from the title of a web page, or from the text itself. Secrets are not removed: redact it.
    """
    body = answer.body.strip()
    said = _said(_document(body), depth=0) or _text(body)
    return inert(" ".join(said.split()), LONGEST_MESSAGE)


def _document(body: bytes) -> object:
    if body[:1] not in {b"{", b"[", b'"'} or len(body) > _LARGEST_JSON_BYTES:
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _said(node: object, *, depth: int) -> str | None:
    if depth > _DEEPEST:
        return None
    match node:
        case str():
            return node[: 4 * LONGEST_MESSAGE] if node.strip() else None
        case [first, *_]:
            return _said(first, depth=depth + 1)
        case dict():
            return _said_in_fields(node, depth=depth)
        case _:
            return None


def _said_in_fields(node: dict[str, object], *, depth: int) -> str | None:
    fields = {key.lower(): value for key, value in list(node.items())[:_MOST_FIELDS]}
    said = (_said(fields[name], depth=depth + 1) for name in _FIELDS if name in fields)
    return next((text for text in said if text is not None), None)


def _text(body: bytes) -> str:
    text = body[:_TEXT_BYTES].decode(errors="replace")
    title = _TITLE.search(text) if text.startswith("<") else None
    return title[1] if title else text
