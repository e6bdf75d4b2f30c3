"""Handshake: how a vendor asks whether an address is ours, and the answer it wants, as data."""

from dataclasses import dataclass

from tieline.model.base.headers import Headers


@dataclass(frozen=True, slots=True)
class BodyChallenge:
    """A signed JSON body holds a challenge that is echoed as plain text (Slack)."""

    type_path: str
    type_value: str
    challenge_path: str


@dataclass(frozen=True, slots=True)
class TokenProof:
    """A signed JSON body holds a token; the answer is the token and its HMAC-SHA256 (Zoom)."""

    type_path: str
    type_value: str
    token_path: str
    token_field: str = "plainToken"  # noqa: S105  the name of a field
    proof_field: str = "encryptedToken"


@dataclass(frozen=True, slots=True)
class QueryEcho:
    """An unsigned request holds a value in its query that is echoed as plain text."""

    method: str
    parameter: str
    required: tuple[tuple[str, str], ...] = ()
    """Query parameters that must have exactly these values."""
    verify_token_parameter: str | None = None
    """The query parameter that must hold one of our own verify tokens."""


@dataclass(frozen=True, slots=True)
class EmptyBatch:
    """A signed body with an empty list of events wants a bare 200, a badly signed one a bare 401
    (Xero)."""

    events_path: str


@dataclass(frozen=True, slots=True)
class Probe:
    """An unsigned request with this method asks only whether anybody is there (Intercom)."""

    method: str


Handshake = BodyChallenge | TokenProof | QueryEcho | EmptyBatch | Probe


@dataclass(frozen=True, slots=True)
class HandshakeAnswer:
    """What to send back at once; such a request is no event and nothing of it is kept."""

    status: int
    headers: Headers
    body: bytes


# https://developers.facebook.com/docs/graph-api/webhooks/getting-started (checked 2026-11-21)
HUB_CHALLENGE = QueryEcho(
    method="GET",
    parameter="hub.challenge",
    required=(("hub.mode", "subscribe"),),
    verify_token_parameter="hub.verify_token",  # noqa: S106  the name of a parameter
)
# https://learn.microsoft.com/graph/change-notifications-delivery-webhooks (checked 2026-11-21)
VALIDATION_TOKEN = QueryEcho(method="POST", parameter="validationToken")
# https://www.dropbox.com/developers/reference/webhooks (checked 2026-11-21)
CHALLENGE_ECHO = QueryEcho(method="GET", parameter="challenge")
