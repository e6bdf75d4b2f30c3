"""Standard Webhooks: a header prefix comes in; the signature scheme with those headers goes out."""

from tieline.model.inbound.signature import Ed25519Scheme, Encoding, HmacScheme, KeyForm, KeyText
from tieline.model.inbound.signed_content import (
    HeaderPiece,
    HeaderTime,
    Part,
    Piece,
    VersionedSignature,
)


def standard_hmac(prefix: str = "webhook") -> HmacScheme:
    """The symmetric scheme, v1."""
    return HmacScheme(
        place=VersionedSignature(f"{prefix}-signature", version="v1"),
        content=_content(prefix),
        encoding=Encoding.BASE64,
        key=KeyForm(KeyText.BASE64, prefix="whsec_"),
        time=HeaderTime(f"{prefix}-timestamp"),
    )


def standard_ed25519(prefix: str = "webhook") -> Ed25519Scheme:
    """The asymmetric scheme, v1a. The key must show what it is, so that none is mixed up."""
    return Ed25519Scheme(
        place=VersionedSignature(f"{prefix}-signature", version="v1a"),
        content=_content(prefix),
        key=KeyForm(KeyText.BASE64, prefix="whpk_", prefix_required=True),
        time=HeaderTime(f"{prefix}-timestamp"),
    )


def _content(prefix: str) -> tuple[Part, ...]:
    return (HeaderPiece(f"{prefix}-id"), b".", Piece.TIMESTAMP, b".", Piece.BODY)
