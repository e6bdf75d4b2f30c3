"""FixedVault: secrets that are given, for tests and for embedding."""

from collections.abc import Mapping

from tieline.model.base.secret import Secret


class FixedVault:
    """Vault over a mapping; each value is the one valid secret of its name."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = {name: (Secret.of(value),) for name, value in secrets.items()}

    def secrets(self, name: str) -> tuple[Secret, ...]:
        return self._secrets.get(name, ())

    def place_of(self, name: str) -> str:
        return f"secrets={{{name!r}: …}}"
