"""Signature key: a secret and the form it is pasted in come in; the bytes of a key go out."""

import binascii
from collections.abc import Sequence

from tieline.model.base.secret import Secret
from tieline.model.inbound.signature import (
    Ed25519Scheme,
    HmacScheme,
    KeyForm,
    KeyText,
    SignatureScheme,
)

Keys = tuple[tuple[int, bytes], ...]
"""Usable keys, each with the position of its secret among the live ones."""


ED25519_KEY_BYTES = 32


def form_of(scheme: SignatureScheme) -> KeyForm:
    """What a secret of *scheme* looks like."""
    return scheme.key if isinstance(scheme, HmacScheme | Ed25519Scheme) else KeyForm()


def keys_of(scheme: SignatureScheme, secrets: Sequence[Secret]) -> Keys:
    """The keys of all secrets that can be used with *scheme*."""
    keys = usable_keys(form_of(scheme), secrets)
    if isinstance(scheme, Ed25519Scheme):
        return tuple((place, key) for place, key in keys if len(key) == ED25519_KEY_BYTES)
    return keys


def wanted_of(form: KeyForm) -> str:
    """What a secret of *form* looks like, in words."""
    return f"{form.text} text" + (f" after {form.prefix}" if form.prefix else "")


def unfit(schemes: Sequence[SignatureScheme], secret: Secret) -> str | None:
    """Why *secret* can be used with none of *schemes*, in words without any of it; None: it can."""
    if not schemes or any(keys_of(scheme, (secret,)) for scheme in schemes):
        return None
    text = secret.reveal()
    forms = [form_of(scheme) for scheme in schemes]
    for form in forms:
        if form.prefix and text.find(form.prefix.encode()) > 0:
            return f"leave away what stands before {form.prefix}"
    return f"wanted: {' or '.join(dict.fromkeys(wanted_of(form) for form in forms))}"


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
