"""Ledger: applied writes come in; entries, and counts per business action, go out.

It only grows, and it is all the state a vendor has: a vendor that is started again from its ledger
file still knows its entries and its idempotency keys. A *business action* is the pair of action and
business reference; ``nth`` above 1 means that the same one was really applied again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson


def stored(thing: object) -> bytes:
    """JSON to be kept: copied, since orjson hands out a buffer several times as large."""
    return bytes(memoryview(orjson.dumps(thing)))


@dataclass(frozen=True, slots=True)
class Write:
    """What a vendor is about to apply."""

    action: str  # "entry", "refund", "contact" …
    ref: str  # the business reference
    id: str  # how the vendor names the thing
    body: bytes  # the thing as the vendor shows it, JSON
    status: int = 201
    key: str = ""  # idempotency key; empty: none was sent
    fingerprint: str = ""  # of the request that carried the key


@dataclass(frozen=True, slots=True)
class Entry:
    """A write that was applied."""

    number: int  # 1, 2, 3 …
    at_us: int
    nth: int  # 1: first application of this business action
    write: Write


class Ledger:
    """Everything one vendor applied; ``record`` is told each line before the answer leaves."""

    def __init__(self, vendor: str, record: Callable[[bytes], None] | None = None) -> None:
        self._vendor = vendor
        self._record = record
        self._entries: list[Entry] = []
        self._by_ref: dict[str, list[Entry]] = {}
        self._by_key: dict[str, Entry] = {}
        self._newest: dict[tuple[str, str], Entry] = {}
        self.double_effects = 0
        self.replayed = 0
        self.out_of_order = 0

    @property
    def applied(self) -> int:
        return len(self._entries)

    @property
    def effects(self) -> int:
        return len(self._entries) - self.double_effects

    def apply(self, write: Write, *, at_us: int) -> Entry:
        nth = 1 + sum(entry.write.action == write.action for entry in self.about(write.ref))
        entry = Entry(len(self._entries) + 1, at_us, nth, write)
        if self._record is not None:
            self._record(to_line(self._vendor, entry))
        self._take_in(entry)
        return entry

    def restore(self, lines: Iterable[bytes]) -> None:
        """Take in what an earlier process recorded; a torn last line is left out."""
        for line in lines:
            entry = from_line(line)
            if entry is not None:
                self._take_in(entry)

    def keyed(self, key: str) -> Entry | None:
        return self._by_key.get(key)

    def newest(self, action: str, id: str) -> Entry | None:  # noqa: A002 - the vendors' own word
        return self._newest.get((action, id))

    def newest_of(self, action: str) -> list[Entry]:
        """The present state of every thing of one action, in the order they first appeared."""
        return [entry for (of, _), entry in self._newest.items() if of == action]

    def about(self, ref: str, action: str = "") -> Sequence[Entry]:
        found = self._by_ref.get(ref, ())
        return [entry for entry in found if entry.write.action == action] if action else found

    def after(self, number: int, limit: int) -> list[Entry]:
        return list(islice(self._entries, number, number + limit))

    def _take_in(self, entry: Entry) -> None:
        write = entry.write
        self._entries.append(entry)
        self._by_ref.setdefault(write.ref, []).append(entry)
        self._newest[write.action, write.id] = entry
        if write.key:
            self._by_key[write.key] = entry
        if entry.nth > 1:
            self.double_effects += 1


def shown(entry: Entry) -> dict[str, Any]:
    """An entry as the control endpoint and the ledger file show it."""
    write = entry.write
    return {
        "number": entry.number,
        "at_us": entry.at_us,
        "action": write.action,
        "ref": write.ref,
        "id": write.id,
        "nth": entry.nth,
        "status": write.status,
        "key": write.key,
        "fingerprint": write.fingerprint,
        "body": orjson.Fragment(write.body),
    }


def to_line(vendor: str, entry: Entry) -> bytes:
    return orjson.dumps({"kind": "applied", "vendor": vendor, **shown(entry)}) + b"\n"


def from_line(line: bytes) -> Entry | None:
    """The entry in a line; None when the line is something else or was cut off by a kill."""
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    if found.get("kind") != "applied":
        return None
    write = Write(
        action=found["action"],
        ref=found["ref"],
        id=found["id"],
        body=stored(found["body"]),
        status=found["status"],
        key=found["key"],
        fingerprint=found["fingerprint"],
    )
    return Entry(found["number"], found["at_us"], found["nth"], write)
