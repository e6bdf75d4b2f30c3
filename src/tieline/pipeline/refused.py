"""Refused: a refused request comes in; what of it is kept goes out, without body and secrets.

Nobody vouches for it, so little of it is kept: enough to answer why a delivery did not arrive. Its
query and a digest of its body stand among the headers, under names that no header can have.
"""

import hashlib
from collections.abc import Collection
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from tieline.model.base.headers import Headers
from tieline.model.base.secret import Secret
from tieline.model.inbound.request import Inbound
from tieline.rules.formats.plain_text import inert
from tieline.rules.privacy.redact import (
    REDACTED,
    redact_bytes,
    redact_document,
    redact_headers,
    redact_text,
)
from tieline.rules.privacy.redact_failure import known

MOST_HEADERS = 40
LONGEST_VALUE = 300
LONGEST_NAME = 80
MOST_FIELDS = 50
QUERY, DIGEST = ":query", ":sha-256"


def kept_of(inbound: Inbound, hidden: Collection[str], secrets: tuple[Secret, ...]) -> bytes:
    """Headers as JSON; those that are *hidden* prove a delivery of this source."""
    known_secrets = known(secrets)
    shown = redact_headers(inbound.headers[:MOST_HEADERS])
    rows: list[tuple[str, str]] = []
    for name, value in (*shown, *_about(inbound)):
        told = REDACTED if name in hidden else redact_text(value, known_secrets)
        rows.append((inert(name, LONGEST_NAME), inert(told, LONGEST_VALUE)))
    return redact_bytes(orjson.dumps(rows), known_secrets)


def _about(inbound: Inbound) -> Headers:
    query = _query(urlsplit(inbound.url).query) if "?" in inbound.url else ""
    told = ((QUERY, query),) if query else ()
    if not inbound.body:
        return told
    return (*told, (DIGEST, hashlib.sha256(inbound.body).hexdigest()))


def _query(text: str) -> str:
    """With the values of what is called a credential replaced."""
    try:
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return "…"
    return urlencode([(name, _value(name, value)) for name, value in fields], safe="[]")


def _value(name: str, value: str) -> str:
    shown = redact_document({name: value})
    return str(shown[name]) if isinstance(shown, dict) else REDACTED
