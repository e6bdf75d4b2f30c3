"""SystemSecrecy: keys from the system's random source, passwords by argon2id (RFC 9106)."""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

T = TypeVar("T")

KEY_BYTES = 32
AT_ONCE = 2
"""Each takes 64 MiB and a core: this bounds what log-ins can cost the hub."""


class SystemSecrecy:
    """The second choice of RFC 9106 (t=3, 64 MiB, p=4), which is the library's default."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="tieline-password")
        self._nobodys: str | None = None

    def key(self) -> str:
        return secrets.token_urlsafe(KEY_BYTES)

    async def hash_password(self, password: str) -> str:
        return await self._beside(self._hasher.hash, password)

    async def fits(self, password: str, stored: str | None) -> bool:
        return await self._beside(self._fits, password, stored)

    async def _beside(self, work: Callable[..., T], *args: str | None) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, partial(work, *args))

    def _fits(self, password: str, stored: str | None) -> bool:
        if self._nobodys is None:
            self._nobodys = self._hasher.hash(self.key())
        try:
            self._hasher.verify(stored or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None
