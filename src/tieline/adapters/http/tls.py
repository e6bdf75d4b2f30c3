"""Tls: the operator's own authorities come in; a context that always verifies goes out."""

import ssl
from pathlib import Path


def verifying_context(extra_authorities: Path | None) -> ssl.SSLContext:
    """The system's authorities and those in *extra_authorities* (PEM); names are always checked."""
    context = ssl.create_default_context()
    if extra_authorities is not None:
        context.load_verify_locations(cafile=extra_authorities)
    context.set_alpn_protocols(["http/1.1"])
    return context
