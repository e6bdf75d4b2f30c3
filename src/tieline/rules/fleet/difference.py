"""Difference: what processes at work declare comes in; what they do not say alike goes out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tieline.model.base.ids import Micros, WorkerId
from tieline.model.fleet.declaration import DeclarationRow
from tieline.model.views.rows import WorkerRow
from tieline.rules.fleet.presence import is_at_work

UNDECLARED = "not declared"
CODE = "the hub's files"
MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing of which processes of a store say different things."""

    what: str
    said: tuple[tuple[str, tuple[str, ...]], ...]
    """(how, the processes that say so); the newest declaration first."""

    @property
    def words(self) -> str:
        """For people."""
        told = (f"{how!r} in {', '.join(who)}" for how, who in self.said)
        return f"{self.what}: {'; '.join(told)}"


def differences(
    workers: Iterable[WorkerRow], declarations: Iterable[DeclarationRow], now_us: Micros
) -> tuple[Difference, ...]:
    """What processes that are at work now do not say alike."""
    known = {row.digest: row for row in declarations}
    who: dict[str, list[str]] = {}
    for worker in workers:
        if worker.declares in known and is_at_work(worker, now_us):
            who.setdefault(worker.declares, []).append(worker.about)
    if len(who) < 2:
        return ()
    rows = sorted((known[digest] for digest in who), key=lambda row: -row.first_us)
    said = [{"hub": row.hub, CODE: row.code, **dict(row.parts)} for row in rows]
    names = dict.fromkeys(name for one in said for name in one)
    found = (_difference(name, rows, said, who) for name in names)
    return tuple(one for one in found if len(one.said) > 1)


def _difference(
    what: str,
    rows: Sequence[DeclarationRow],
    said: Sequence[Mapping[str, str]],
    who: Mapping[str, Sequence[str]],
) -> Difference:
    processes: dict[str, list[str]] = {}
    for row, one in zip(rows, said, strict=True):
        processes.setdefault(one.get(what, UNDECLARED), []).extend(who[row.digest])
    return Difference(what, tuple((how, tuple(sorted(of))) for how, of in processes.items()))


def in_words(found: Sequence[Difference]) -> str:
    """The first of them for people, and how many more there are."""
    told = [one.words for one in found[:MOST_TOLD]]
    more = len(found) - len(told)
    return "; ".join(told) + (f"; and {more} more" if more else "")


def other_hub(
    workers: Iterable[WorkerRow], hub: str, own: WorkerId | None, now_us: Micros
) -> WorkerRow | None:
    """A process at work that serves a hub of another name than *hub*."""
    return next(
        (
            worker
            for worker in workers
            if worker.id != own and worker.hub not in {"", hub} and is_at_work(worker, now_us)
        ),
        None,
    )


def decides(
    what: str,
    own: str,
    workers: Iterable[WorkerRow],
    declarations: Iterable[DeclarationRow],
    now_us: Micros,
) -> bool:
    """Whether the declaration *own* says of *what* the same as the newest one at work does.

    Of processes that disagree, all go by the one that was first seen last: it is the newer release.
    """
    at_work = {worker.declares for worker in workers if is_at_work(worker, now_us)} | {own}
    saying = [row for row in declarations if row.digest in at_work and what in dict(row.parts)]
    newest = max(saying, key=lambda row: (row.first_us, row.digest), default=None)
    mine = next((row for row in saying if row.digest == own), None)
    return newest is None or (
        mine is not None and dict(mine.parts)[what] == dict(newest.parts)[what]
    )
