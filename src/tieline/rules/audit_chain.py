"""Audit chain: a line of the audit log comes in; the hash that it must have goes out."""

import hashlib

import orjson

from tieline.model.view_rows import AuditRow


def hash_of(line: AuditRow) -> str:
    """The hash that *line* must have; ``seq`` and ``hash`` itself are no part of it."""
    parts = [line.previous, line.at_us, line.actor, line.action, line.subject, line.reason]
    return hashlib.sha256(orjson.dumps(parts)).hexdigest()
