"""Signature key: a secret and the form it is pasted in come in; the bytes of a key go out."""

import binascii
from collections.abc import Sequence

from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import KeyForm, KeyText

Keys = tuple[tuple[int, bytes], ...]
"""Usable keys, each with the position of its secret among the live ones."""


def usable_keys(form: KeyForm, secrets: Sequence[Secret]) -> Keys:
    """The keys of all secrets that fit *form*; an empty, blank or undecodable one gives no key."""
    keys = ((place, key_bytes(form, secret)) for place, secret in enumerate(secrets))
    return tuple((place, key) for place, key in keys if key is not None)


def key_bytes(form: KeyForm, secret: Secret) -> bytes | None:
    """The key in *secret*, or None when there is none."""
    text = secret.reveal()
    prefix = form.prefix.encode()
    if form.prefix_required and not text.startswith(prefix):
        return None
    key = _decode(form.text, text.removeprefix(prefix))
    return key if key and key.strip() else None


def _decode(how: KeyText, text: bytes) -> bytes | None:
    """Strictly: a key of another kind (``whpk_…``) must never pass as this one."""
    try:
        match how:
            case KeyText.RAW:
                return text
            case KeyText.BASE64:
                return binascii.a2b_base64(text, strict_mode=True)
            case KeyText.HEX:
                return binascii.unhexlify(text)
    except binascii.Error:
        return None
