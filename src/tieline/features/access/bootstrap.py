"""First user: how somebody gets into a hub that has no users yet."""

from tieline.features.access.model import AddInvite, ListUsers
from tieline.features.access.rules import credentials as rule
from tieline.model.base.by import By
from tieline.model.people.role import Role
from tieline.surfaces.web.parts import WebParts

BY_COMMAND = "make the first administrator: tieline user invite NAME --role admin"


async def notes(parts: WebParts, address: str, *, is_private: bool) -> tuple[str, ...]:
    """What stands beside the console's *address*, which ends with a slash; nothing with users.

    Elsewhere than in private there is no invitation: what is printed is kept, and often by others.
    """
    if await has_users(parts):
        return ()
    key = await first_invitation(parts) if is_private else None
    if key is None:
        return (f"there are no users; {BY_COMMAND}",)
    link = f"{address}welcome/{key}"
    return (f"there are no users; make the first administrator within a day: {link}",)


async def has_users(parts: WebParts) -> bool:
    """Whether anybody can log in."""
    return bool(await parts.views.read(ListUsers()))


async def first_invitation(parts: WebParts) -> str | None:
    """A key with which the first administrator is made; None when there are users."""
    if await has_users(parts):
        return None
    key = parts.secrecy.key()
    now_us = parts.clock.now_us()
    by = By("tieline", "a hub without users started", now_us)
    command = AddInvite(
        hash=rule.digest(key),
        user=None,
        role=Role.ADMIN,
        is_first=True,
        expires_us=now_us + rule.INVITE_US,
        by=by,
    )
    await parts.journal.commit(command)
    return key
