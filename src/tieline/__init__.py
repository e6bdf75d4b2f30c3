"""Tieline: a code-first integration hub. What an author of flows imports stands here."""

from typing import TYPE_CHECKING, Any

from tieline.authoring.connection import Connection
from tieline.authoring.contract import Contract, Key, Sensitive
from tieline.authoring.hub import Hub
from tieline.authoring.tenant import Tenant
from tieline.model.base.errors import (
    CallFailed,
    CallRefused,
    Hold,
    Reject,
    Retry,
    RunFailed,
    TielineError,
    WaitTimeout,
)
from tieline.model.calls.auth import ApiKey, Basic, Bearer, NoAuth
from tieline.model.calls.call import Call, Effect, Egress, HttpAnswer, Timeouts
from tieline.model.calls.policy import Drift
from tieline.model.calls.rate import Rate
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import Connector
from tieline.model.hub.schedule import MissedPolicy
from tieline.model.inbound.body import BodyForm, BodyLimits
from tieline.model.inbound.event import Event
from tieline.model.inbound.handshake import BodyChallenge, EmptyBatch, QueryEcho
from tieline.model.inbound.signature import (
    Ed25519Scheme,
    EventShape,
    FormHmacScheme,
    HmacScheme,
    SecretPrefixScheme,
    TokenScheme,
    WebhookScheme,
)
from tieline.model.inbound.signed_content import (
    BodyTime,
    HeaderPiece,
    HeaderTime,
    ListedSignature,
    ListedTime,
    Piece,
    SingleSignature,
    VersionedSignature,
)
from tieline.model.runs.let_through import LetThrough
from tieline.model.runs.run import HeadPolicy
from tieline.ports.run import Run

if TYPE_CHECKING:
    from tieline.scripting import session

__all__ = [
    "ApiKey",
    "Basic",
    "Bearer",
    "BodyChallenge",
    "BodyForm",
    "BodyLimits",
    "BodyTime",
    "Call",
    "CallFailed",
    "CallRefused",
    "Connection",
    "Connector",
    "Contract",
    "Drift",
    "Ed25519Scheme",
    "Effect",
    "Egress",
    "EmptyBatch",
    "Event",
    "EventShape",
    "FormHmacScheme",
    "HeadPolicy",
    "HeaderPiece",
    "HeaderTime",
    "HmacScheme",
    "Hold",
    "HttpAnswer",
    "Hub",
    "Key",
    "LetThrough",
    "ListedSignature",
    "ListedTime",
    "MissedPolicy",
    "NoAuth",
    "Piece",
    "QueryEcho",
    "Rate",
    "Reject",
    "Retry",
    "RetryPolicy",
    "Run",
    "RunFailed",
    "SecretPrefixScheme",
    "Sensitive",
    "SingleSignature",
    "Tenant",
    "TielineError",
    "Timeouts",
    "TokenScheme",
    "VersionedSignature",
    "WaitTimeout",
    "WebhookScheme",
    "session",
]


def __getattr__(name: str) -> Any:
    """``session`` brings the HTTP client and vaults with it: only who asks for it pays for that."""
    if name == "session":
        from tieline.scripting import session

        return session
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
