"""Declaring: what each process goes by is stored once, with the moment at which it came to be."""

import orjson

from tieline.adapters.sql.statement import Steps, ask, do
from tieline.model.commands import Counted
from tieline.model.fleet.declaration import DeclarationRow, KeepDeclaration, ListDeclarations

KEPT_US = 400 * 86_400_000_000
"""One that no process has begun with for longer is forgotten."""


def keep_declaration(command: KeepDeclaration) -> Steps[Counted]:
    """Note that somebody goes by it, and forget what nobody has gone by for long."""
    one, now_us = command.declaration, command.now_us
    yield from do(
        "declaration_keep",
        digest=one.digest,
        hub=one.hub,
        code=one.code,
        parts=orjson.dumps(one.parts).decode(),
        now_us=now_us,
    )
    return Counted((yield from do("declaration_forget", before_us=now_us - KEPT_US)))


def declarations(_: ListDeclarations) -> Steps[tuple[DeclarationRow, ...]]:
    """The newest first."""
    rows = yield from ask("declaration_list")
    return tuple(
        DeclarationRow(digest, hub, code, tuple(map(tuple, orjson.loads(parts))), first, latest)
        for digest, hub, code, parts, first, latest in rows
    )
