"""Audit chain: lines of the audit log come in; the first that was tampered with goes out.

Each line's hash covers the line and the hash before it, so a line that was changed, inserted,
moved or removed breaks the chain there. Lines cut off at the end do not show: for that, keep the
last hash elsewhere.
"""

import hashlib
from collections.abc import Iterable

import orjson

from tieline.model.commands import By
from tieline.model.views.rows import AuditRow


def link(previous: str, by: By, action: str, subject: str) -> str:
    """The hash of a new line behind the one whose hash is *previous* (empty: the first)."""
    parts = [previous, by.at_us, by.actor, action, subject, by.reason]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()


def hash_of(line: AuditRow) -> str:
    """The hash that *line* must have; ``seq`` and ``hash`` itself are no part of it."""
    by = By(line.actor, line.reason, line.at_us)
    return link(line.previous, by, line.action, line.subject)


def first_break(lines: Iterable[AuditRow], *, previous: str = "") -> AuditRow | None:
    """The first of *lines*, oldest first, that does not continue the chain behind *previous*."""
    for line in lines:
        if line.previous != previous or line.hash != hash_of(line):
            return line
        previous = line.hash
    return None
