"""Exchange: a call and its answer come in; what may be kept of them for people goes out.

Made from what the author asked for, so the credential that is added on the way is never in it.
Redacted whole before it is cut: half a document cannot be redacted.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit

from tieline.model.base.headers import Headers
from tieline.model.base.json_text import json_text, json_value
from tieline.model.base.secret import Secret
from tieline.model.base.value import value
from tieline.model.calls.call import Call, HttpAnswer
from tieline.model.hub.connection import ConnectionSpec
from tieline.rules.privacy.naming import told_path
from tieline.rules.privacy.redact import (
    REDACTED,
    KnownSecrets,
    redact_document,
    redact_headers,
    redact_text,
)

LONGEST = 2_048
"""Characters of what is kept of a request, and of an answer, unless somebody wants more."""
LARGEST_BODY_BYTES = 64 * 1024
DIGITS = 6
"""Of the end of an id, which is chance."""
_TEXTS = ("text/plain", "text/html", "")
_FORM = "application/x-www-form-urlencoded"


@value
class ExchangePolicy:
    """Which exchanges are kept, and what in them is never shown."""

    share: float = 0.0
    """Of how many runs (0 to 1) the calls that succeed are kept too; failed ones are always."""
    sensitive: frozenset[str] = frozenset()
    """Fields that a contract of the hub calls sensitive."""
    clean: Callable[[str], str] = str
    """Takes the sensitive values of a run out of a text: a vendor may quote what it was sent."""
    longest: int = LONGEST
    """Characters of a request, and of an answer."""

    def wants(self, run_id: str) -> bool:
        """Whether the successes of this run are kept: all of them, or none, so that a run is seen
        whole; the same whenever it is executed."""
        return self.share > 0 and int(run_id[-DIGITS:], 16) < self.share * 16**DIGITS


ONLY_FAILURES = ExchangePolicy()


def shown_request(
    connection: ConnectionSpec, call: Call, secrets: Sequence[Secret], keeping: ExchangePolicy
) -> str:
    """The first line, the author's headers and the body of *call*."""
    path = call.path if call.path.startswith("/") else f"/{call.path}"
    path, mark, query = path.partition("?")
    url = _url(f"{connection.base_url}{told_path(path, keeping.clean)}{mark}{query}", keeping)
    return _shown(f"{call.method} {url}", call.headers, call.body, secrets, keeping)


def shown_answer(answer: HttpAnswer, secrets: Sequence[Secret], keeping: ExchangePolicy) -> str:
    """The status, the headers and the body of *answer*."""
    return _shown(f"HTTP {answer.status}", answer.headers, answer.body, secrets, keeping)


def _shown(
    first: str, headers: Headers, body: bytes, secrets: Sequence[Secret], keeping: ExchangePolicy
) -> str:
    lines = [first, *(f"{name}: {text}" for name, text in redact_headers(headers))]
    kind = next((text for name, text in headers if name.lower() == "content-type"), "")
    if body:
        lines += ["", _body(body, kind.partition(";")[0].strip().lower(), keeping)]
    text = keeping.clean(redact_text("\n".join(lines), _known(tuple(secrets))))
    text = text.replace("\0", "\\0").encode(errors="replace").decode()
    if len(text) <= keeping.longest:
        return text
    cut = f"\n… [{len(body)} bytes in all]"
    return text[: keeping.longest - len(cut)] + cut


def _body(body: bytes, kind: str, keeping: ExchangePolicy) -> str:
    if len(body) > LARGEST_BODY_BYTES:
        return f"[{len(body)} bytes]"
    if kind == _FORM:
        return _form(body.decode("utf-8", "replace"), keeping)
    try:
        document = json_value(body)
    except ValueError:
        if kind in _TEXTS and _is_text(body):
            return body.decode("utf-8", "replace")
        return f"[{len(body)} bytes of {kind or 'no known type'}]"
    return json_text(redact_document(document, keeping.sensitive)).decode()


def _is_text(body: bytes) -> bool:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return False
    return all(char.isprintable() or char.isspace() for char in text[:LONGEST])


def _url(url: str, keeping: ExchangePolicy) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=_form(parts.query, keeping))) if parts.query else url


def _form(text: str, keeping: ExchangePolicy) -> str:
    """A form without the values of sensitive fields; names may be paths such as ``card[cvc]``."""
    pairs = parse_qsl(text, keep_blank_values=True)
    return "&".join(f"{quote_plus(n, '[]')}={_form_value(n, v, keeping)}" for n, v in pairs)


def _form_value(name: str, text: str, keeping: ExchangePolicy) -> str:
    words = [word for word in name.replace("]", "").split("[") if word]
    for word in words:
        if redact_document({word: text}, keeping.sensitive) != {word: text}:
            return REDACTED
    return quote_plus(text)


@lru_cache(maxsize=64)
def _known(secrets: tuple[Secret, ...]) -> KnownSecrets:
    return KnownSecrets.of(secrets)
