"""Checker: a store and what vendors counted come in; everything that does not agree goes out.

Looks at the store with statements of its own, so that it shares no mistake with what it judges.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw
import asyncpg  # type: ignore[import-untyped, unused-ignore]

LIVE = ("ready", "running", "retrying", "waiting", "held")
ENDED = ("done", "dead", "cancelled")

ODD: tuple[tuple[str, str], ...] = (
    (
        "a live run without work, or with work in another state",
        "SELECT r.id, r.state, w.state FROM run r LEFT JOIN work w ON w.run_id = r.id "
        f"WHERE r.state IN {LIVE} AND r.state IS DISTINCT FROM w.state",
    ),
    (
        "work of a run that has ended, or of none",
        "SELECT w.run_id, r.state FROM work w LEFT JOIN run r ON r.id = w.run_id "
        f"WHERE r.id IS NULL OR r.state IN {ENDED}",
    ),
    (
        "a run without its event",
        "SELECT r.id FROM run r LEFT JOIN event e ON e.id = r.event_id WHERE e.id IS NULL",
    ),
    (
        "a delivery that was acknowledged without its event",
        "SELECT c.id, c.verdict FROM receipt c LEFT JOIN event e ON e.id = c.event_id WHERE "
        "c.verdict IN ('accepted', 'duplicate', 'quarantined', 'unmatched') AND e.id IS NULL",
    ),
    (
        "an accepted delivery whose event has no run",
        "SELECT c.id FROM receipt c WHERE c.verdict = 'accepted' AND NOT EXISTS "
        "(SELECT 1 FROM event e JOIN run r ON r.event_id = e.id WHERE e.receipt_id = c.id)",
    ),
    (
        "one identity that is two events",
        "SELECT tenant, source, identity, count(*) FROM event GROUP BY 1, 2, 3 HAVING count(*) > 1",
    ),
    (
        "a dead run without a letter, or a letter without a dead run",
        "SELECT r.id, r.state FROM run r LEFT JOIN dead d ON d.run_id = r.id "
        "WHERE r.state = 'dead' "
        "AND NOT (d.run_id IS NOT NULL AND d.resolution IS DISTINCT FROM 'retried')",
    ),
    (
        "a head of a lane that is neither at work nor dead and undecided",
        "SELECT l.key, r.id, r.state FROM lane l LEFT JOIN run r ON r.id = l.head "
        "LEFT JOIN dead d ON d.run_id = r.id "
        f"WHERE r.id IS NULL OR NOT (r.state IN {LIVE} "
        "OR (r.state = 'dead' AND d.resolution IS NULL))",
    ),
    (
        "a run that goes first in a lane of another head, or waits behind itself",
        "SELECT w.run_id, l.head FROM work w LEFT JOIN lane l "
        "ON l.tenant = w.tenant AND l.flow = w.flow AND l.key = w.lane WHERE w.lane IS NOT NULL "
        "AND (l.head IS NULL OR (w.behind = 0) <> (l.head = w.run_id))",
    ),
    (
        "a lane with two of its runs at work",
        "SELECT tenant, flow, lane FROM work WHERE lane IS NOT NULL AND behind = 0 "
        "GROUP BY 1, 2, 3 HAVING count(*) > 1",
    ),
    (
        "work that nothing will ever wake",
        "SELECT run_id, state FROM work WHERE state IN ('retrying', 'waiting') "
        "AND due_us IS NULL AND waits_kind IS NULL",
    ),
    (
        "an effect that two runs have made",
        "SELECT effect_key, count(*) FROM step WHERE state = 'done' AND tries > 0 "
        "AND effect_key IS NOT NULL GROUP BY 1 HAVING count(*) > 1",
    ),
    (
        "a step that was done twice",
        "SELECT run_id, step, key FROM attempt WHERE outcome = 'done' AND connection IS NOT NULL "
        "GROUP BY 1, 2, 3 HAVING count(*) > 1",
    ),
    (
        "a run that is done with a step in doubt",
        "SELECT r.id, s.name FROM run r JOIN step s ON s.run_id = r.id "
        "WHERE r.state = 'done' AND s.state = 'intent'",
    ),
    (
        "runs in no state that there is",
        f"SELECT state, count(*) FROM run WHERE state NOT IN {LIVE + ENDED} GROUP BY 1",
    ),
)
"""(what would be wrong, a query that finds it), for both kinds of stores."""
DAMAGED = ("a damaged file", "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'")
RUNS = "SELECT state, count(*) FROM run GROUP BY 1"
IDENTITIES = "SELECT identity FROM event WHERE receipt_id IS NOT NULL"
EFFECTS = "SELECT effect_key, state FROM step WHERE effect_key IS NOT NULL"
REPLAYED = "SELECT count(replay_id) FROM run"
SHOWN = 4

Ask = Callable[[str], list[Any]]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a store holds."""

    odd: tuple[str, ...]
    runs: Mapping[str, int]
    """State → number of runs."""
    identities: frozenset[str]
    """Of every event that came through the door."""
    effects: Mapping[str, str]
    """Effect key → state of the step, the furthest where several runs know it."""
    replayed: int
    """Runs that replays have made."""

    @property
    def live(self) -> int:
        return sum(self.runs.get(state, 0) for state in LIVE)

    def stands(self) -> str:
        """How the runs stand, for a message."""
        return ", ".join(f"{count} {state}" for state, count in sorted(self.runs.items()))


def look_at(store: Path) -> Looked:
    """Read *store*, which nobody has open for writing in this process."""
    connection = apsw.Connection(str(store), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        connection.setbusytimeout(5000)
        connection.execute("BEGIN")  # one moment, also of a store that somebody writes
        return _looked(lambda query: list(connection.execute(query)), (*ODD, DAMAGED))
    finally:
        connection.close()


def look_at_database(url: str) -> Looked:
    """The same for a store that is a PostgreSQL database."""
    return asyncio.run(_look_at_database(url))


async def _look_at_database(url: str) -> Looked:
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            asked = [*(query for _, query in ODD), RUNS, IDENTITIES, EFFECTS, REPLAYED]
            rows = {query: [tuple(row) for row in await connection.fetch(query)] for query in asked}
    finally:
        await connection.close()
    return _looked(rows.__getitem__, ODD)


def _looked(ask: Ask, wrong: Sequence[tuple[str, str]]) -> Looked:
    return Looked(
        odd=tuple(_odd(ask, wrong)),
        runs=dict(ask(RUNS)),
        identities=frozenset(row[0] for row in ask(IDENTITIES)),
        effects=_effects(ask),
        replayed=ask(REPLAYED)[0][0],
    )


def _odd(ask: Ask, wrong: Sequence[tuple[str, str]]) -> Iterable[str]:
    for what, query in wrong:
        rows = ask(query)[:SHOWN]
        if rows:
            yield f"{what}: {rows}"


def _effects(ask: Ask) -> dict[str, str]:
    rank = {"failed": 0, "refused": 1, "intent": 2, "done": 3}
    found: dict[str, str] = {}
    for key, state in ask(EFFECTS):
        if key not in found or rank[state] > rank[found[key]]:
            found[key] = state
    return found


def disagreements(
    looked: Looked, *, acknowledged: Iterable[str], ledger: Sequence[Mapping[str, Any]]
) -> list[str]:
    """What is wrong between a drained store, its senders and a vendor that keeps keys.

    *acknowledged*: identities whose delivery was answered 2xx. *ledger*: what the vendor applied.
    """
    wrong = list(looked.odd)
    lost = sorted(set(acknowledged) - looked.identities)
    if lost:
        wrong.append(f"{len(lost)} acknowledged events are not in the store, such as {lost[:3]}")
    applied = Counter((entry["action"], entry["ref"]) for entry in ledger)
    doubled = [pair for pair, count in applied.items() if count > 1]
    if doubled:
        wrong.append(f"{len(doubled)} effects were applied twice, such as {doubled[:3]}")
    unknown = [e["key"] for e in ledger if e.get("key") and e["key"] not in looked.effects]
    if unknown:
        wrong.append(f"{len(unknown)} effects have no step, such as {unknown[:3]}")
    return wrong
