"""Headers: whether the answer travels over TLS comes in; the headers of every answer go out."""

CSP = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""No inline script or style, nothing from elsewhere, in nobody's frame."""

ALWAYS = (
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
BEHIND_TLS = (("strict-transport-security", "max-age=31536000"),)
NOT_KEPT = (("cache-control", "no-store"),)
"""On every answer that does not say itself how long it may be kept."""


def added(own: list[tuple[bytes, bytes]], *, is_secure: bool) -> list[tuple[bytes, bytes]]:
    """*own* headers of an answer, with those that it does not set itself."""
    wanted = [*ALWAYS, *NOT_KEPT, *(BEHIND_TLS if is_secure else ())]
    there = {name.lower() for name, _ in own}
    return [
        *own,
        *((n.encode(), v.encode()) for n, v in wanted if n.encode() not in there),
    ]
