"""EnvironmentVault: secrets from the process environment, ``TIELINE_SECRET_<NAME>``."""

import re
from collections.abc import Mapping

from tieline.model.base.secret import Secret

PREFIX = "TIELINE_SECRET_"
OLD = "_OLD"


def variable(name: str) -> str:
    """The variable of secret *name*: ``stripe-live`` is ``TIELINE_SECRET_STRIPE_LIVE``."""
    return PREFIX + re.sub(r"[^A-Z0-9]+", "_", name.upper())


class EnvironmentVault:
    """Vault over variables; ``…_OLD`` holds the previous secret while both are valid."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._secrets = {
            key: Secret.of(value.strip().encode("utf-8", "surrogateescape"))
            for key, value in environment.items()
            if key.startswith(PREFIX) and value.strip()
        }
        self._known: dict[str, tuple[Secret, ...]] = {}

    def secrets(self, name: str) -> tuple[Secret, ...]:
        found = self._known.get(name)
        if found is None:
            key = variable(name)
            pair = (self._secrets.get(key), self._secrets.get(key + OLD))
            found = self._known[name] = tuple(secret for secret in pair if secret is not None)
        return found

    def place_of(self, name: str) -> str:
        return f"the variable {variable(name)}"
