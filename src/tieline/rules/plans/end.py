"""End: what was planned and what was made come in; whether that is all, and in words, goes out.

Made less than planned is never ``done``: what a plan left out was told beforehand and is no part
of what it would do; what is missing besides is named, and makes the end ``partly``.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from tieline.model.plans.plan import PlanEnding

DONE, PARTLY = "done", "partly"
GONE = "no longer there, or no longer waiting, when it came to them"
"""Why something is not made of which nothing was noted: it was not found any more."""
_ID = re.compile(r"\b[a-z]{3}_\w+")


def ending(
    would: int, made: int, told: Mapping[str, int], not_made: Mapping[str, int]
) -> PlanEnding:
    """How it ended: *would* was planned; *told* was left out beforehand, by reason, and *not_made*
    in the end, with those that were told."""
    missing = max(would - made, 0)
    counted = f"made {made} of {would}"
    if not missing:
        return PlanEnding(DONE, "; ".join([counted, *_as_planned(told)]))
    surprises = Counter(not_made)
    surprises.subtract(told)
    reasons = [(why, count) for why, count in surprises.most_common() if count > 0]
    rest = missing - sum(count for _, count in reasons)
    if rest > 0:
        reasons.append((GONE, rest))
    why = ", ".join(f"{count}: {why}" for why, count in reasons)
    return PlanEnding(PARTLY, "; ".join([counted, f"{missing} not made: {why}"]))


def _as_planned(told: Mapping[str, int]) -> Iterable[str]:
    if any(told.values()):
        yield f"{sum(told.values())} left out, as planned"


def end_words(
    state: str, counts: tuple[int | None, int], told: Mapping[str, int], not_made: Mapping[str, int]
) -> str:
    """The same of long work as it stands, by its *state*; *counts*: planned (None: an earlier
    release began it, and nothing is known of it), and made."""
    would, made = counts
    if would is None:
        return ""
    if state == "running":
        return f"made {made} of {would} so far"
    if state == "cancelled":
        return f"made {made} of {would}, then it was stopped"
    return ending(would, made, told, not_made).words


def alike(refused: Iterable[tuple[str, str]]) -> Counter[str]:
    """(id, why not) of many things, counted by reasons in which no id stands."""
    return Counter(_ID.sub("another", why.replace(id_, "it")) for id_, why in refused)


def added(before: Mapping[str, int], more: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Reasons and their counts, with more of them."""
    total = Counter(before)
    for why, count in more:
        total[why] += count
    return dict(total.most_common())
