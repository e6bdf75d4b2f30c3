"""Tls check: the setting that names a file of authorities comes in; a usable one goes out."""

import ssl
from pathlib import Path

from tieline.adapters.http.tls import verifying_context
from tieline.model.base.errors import SettingsError
from tieline.settings.settings import Settings


def authorities(settings: Settings) -> Path | None:
    """The file of further authorities, if one is set.

    Raises SettingsError for one that cannot be used: else the first call over TLS would find out.
    """
    if settings.ca_file is None:
        return None
    path = Path(settings.ca_file)
    try:
        verifying_context(path)
    except FileNotFoundError:
        raise SettingsError("ca_file", str(path), "there is no such file") from None
    except (OSError, ssl.SSLError) as error:
        wanted = f"give certificates as PEM ({error})"
        raise SettingsError("ca_file", str(path), wanted) from None
    return path
