"""Account rules: slices come in; the account that they add up to goes out."""

from collections import Counter
from collections.abc import Iterable, Mapping

from tieline.features.account.model import (
    FORGOTTEN,
    LOST,
    STANDS,
    AccountCount,
    HubAccount,
    SourceAccount,
)
from tieline.model.views.views import Window
from tieline.rules.formats.labels import label


def account(
    events: Iterable[AccountCount],
    deliveries: Iterable[AccountCount],
    window: Window,
    next_: str | None = None,
) -> HubAccount:
    """What became of everything. *next_*: where to go on, if this is not all of the window."""
    events = tuple(events)
    stood, doubled = _by_source(events), Counter[str]()
    for one in events:
        doubled[one.source] += one.doubled
    at_door = _by_source(deliveries)
    rows = tuple(
        _of_source(name, stood.get(name, {}), doubled[name], at_door.get(name, {}))
        for name in sorted({*stood, *at_door})
    )
    stands = {one: sum(row.stands[one] for row in rows) for one in STANDS}
    accepted = sum(row.accepted for row in rows)
    twice = sum(row.doubled for row in rows)
    forgotten = sum(row.forgotten for row in rows)
    return HubAccount(
        window.since_us,
        window.until_us,
        accepted,
        stands,
        sum(row.lost for row in rows),
        twice,
        forgotten,
        _summed(row.deliveries for row in rows),
        rows,
        accepted == sum(stands.values()) + forgotten and not twice,
        next_ is None,
        next_,
    )


def sentences(found: HubAccount) -> tuple[str, ...]:
    """The account in words: the sum, and the verdict."""
    parts = [f"{count} {label(one)}" for one, count in found.stands.items() if count]
    if found.forgotten:
        parts.append(f"{found.forgotten} {FORGOTTEN}")
    if found.lost:
        parts.append(f"{found.lost} {LOST}")
    words = f"{found.accepted} accepted = {' + '.join(parts) or '0'}"
    if found.balanced:
        return (words, "lost: 0 · doubled: 0")
    verdict = f"lost: {found.lost} · doubled: {found.doubled}"
    return (words, f"{verdict}; see tieline account --list lost, or --list doubled")


def _by_source(counts: Iterable[AccountCount]) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {}
    for one in counts:
        found.setdefault(one.source, Counter())[one.stands] += one.count
    return found


def _of_source(
    name: str, stood: Mapping[str, int], doubled: int, at_door: Mapping[str, int]
) -> SourceAccount:
    # A delivery whose event is not there was accepted, though no event says so.
    gone = at_door.get(LOST, 0)
    return SourceAccount(
        name,
        sum(stood.values()) + gone,
        {one: stood.get(one, 0) for one in STANDS},
        stood.get(LOST, 0) + gone,
        doubled,
        stood.get(FORGOTTEN, 0),
        dict(sorted(at_door.items())),
    )


def _summed(all_: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in all_:
        total.update(one)
    return dict(total)
