"""Session cookie: how a browser keeps the key of its session."""

from starlette.requests import Request
from starlette.responses import Response

from tieline.features.access.rules.credentials import SESSION_US
from tieline.surfaces.web.parts import WebPolicy

COOKIE = "tieline_session"
SECURE_COOKIE = "__Host-tieline_session"
"""Browsers take a cookie of this name only over TLS, for all paths of this very host."""


def key_of(request: Request, policy: WebPolicy) -> str | None:
    """The key that the browser sent."""
    return request.cookies.get(_name(policy))


def remember(response: Response, key: str, policy: WebPolicy) -> Response:
    """Give the browser the key of its session."""
    response.set_cookie(
        _name(policy),
        key,
        max_age=SESSION_US // 1_000_000,
        path="/",
        secure=policy.is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def forget(response: Response, policy: WebPolicy) -> Response:
    """Take the session from the browser."""
    response.delete_cookie(
        _name(policy),
        path="/",
        secure=policy.is_secure,
        httponly=True,
        samesite="lax",
    )
    return response


def _name(policy: WebPolicy) -> str:
    return SECURE_COOKIE if policy.is_secure else COOKIE
