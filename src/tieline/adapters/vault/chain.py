"""VaultChain: several vaults as one; the first that knows a name answers."""

from tieline.model.base.secret import Secret
from tieline.ports.vault import Vault


class VaultChain:
    """Vault over other vaults, asked in order."""

    def __init__(self, *vaults: Vault) -> None:
        self._vaults = vaults

    def secrets(self, name: str) -> tuple[Secret, ...]:
        for vault in self._vaults:
            found = vault.secrets(name)
            if found:
                return found
        return ()

    def place_of(self, name: str) -> str:
        return " or ".join(vault.place_of(name) for vault in self._vaults)
