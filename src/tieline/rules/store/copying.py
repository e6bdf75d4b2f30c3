"""Copying: rows come in; a digest that is the same on both sides of a copy goes out."""

import hashlib
from collections.abc import Iterable

import orjson

from tieline.model.views.transfer import CopyRecord, Row

MODULUS = 2**128


def row_digest(row: Row) -> int:
    """A number for one row: its cells with their types, so that 1 and "1" differ."""
    return int.from_bytes(hashlib.blake2b(repr(row).encode(), digest_size=16).digest())


def added(total: int, rows: Iterable[Row]) -> int:
    """The digest of a set of rows that grows: a sum, so that their order does not matter."""
    return (total + sum(map(row_digest, rows))) % MODULUS


def shown_digest(total: int) -> str:
    """For people and notes."""
    return f"{total:032x}"


def bytes_of(rows: Iterable[Row]) -> int:
    """About how much memory the texts and bodies of *rows* take."""
    return sum(len(cell) for row in rows for cell in row if isinstance(cell, str | bytes))


def written(note: CopyRecord) -> str:
    """A note as it is stored."""
    said = {"id": note.id, "role": note.role, "other": note.other, "moved": note.moved}
    return orjson.dumps(said).decode()


def read(text: str | None) -> CopyRecord | None:
    """A note as it was stored."""
    if text is None:
        return None
    said = orjson.loads(text)
    return CopyRecord(said["id"], said["role"], said["other"], bool(said["moved"]))


def why_shut(text: str | None, store: str) -> str | None:
    """Why no hub may work on *store*, which has this note; None: it may."""
    note = read(text)
    if note is None:
        return None
    if note.role == "target":
        return (
            f"{store} is half a copy of {note.other}; run `tieline db copy` again, "
            "which goes on where it was"
        )
    if note.moved:
        return (
            f"{store} was moved to {note.other}; work on that one. If it is gone for good, "
            "`tieline db reopen --force` lets this one be used again: what the other has done "
            "since would be done twice"
        )
    return (
        f"{store} is being copied to {note.other}; run `tieline db copy` again to go on, "
        "or `tieline db reopen --force` to stay here"
    )
