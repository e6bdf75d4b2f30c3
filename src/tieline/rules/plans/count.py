"""Count: things and what would be done with them come in, one by one; a plan's lines go out.

The digest is one of every thing with what would be done with it, so that two plans which count the
same, but of other things, are told apart.
"""

import hashlib
from collections import Counter, defaultdict

from tieline.model.plans.plan import LeftOut, PlanExample, PlannedAction

EXAMPLES = 5
"""Of each kind of thing that is counted."""
MOST_NAMED = 20
"""Kinds and reasons that a plan names by themselves."""
OTHERS = "other reasons"


class PlanCount:
    """What was counted so far."""

    def __init__(self) -> None:
        self._does: Counter[str] = Counter()
        self._flows: dict[str, str | None] = {}
        self._left_out: Counter[str] = Counter()
        self._examples: defaultdict[tuple[bool, str], list[PlanExample]] = defaultdict(list)
        self._digest = hashlib.sha256()

    def does(self, what: str, example: PlanExample, *, flow: str | None = None) -> None:
        """One more thing that would be done."""
        self._does[what] += 1
        self._flows[what] = flow
        self._note(what, example, is_left_out=False)

    def leaves(self, why: str, example: PlanExample) -> None:
        """One more thing that would be passed over."""
        self._left_out[why] += 1
        self._note(why, example, is_left_out=True)

    @property
    def planned(self) -> tuple[PlannedAction, ...]:
        """What would be done, most first."""
        return tuple(
            PlannedAction(what, count, tuple(self._examples[False, what]), self._flows[what])
            for what, count in self._does.most_common()
        )

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What would be passed over, most first; the rarest reasons together."""
        counted = self._left_out.most_common()
        named = [
            LeftOut(why, count, tuple(self._examples[True, why]))
            for why, count in counted[:MOST_NAMED]
        ]
        rest = sum(count for _, count in counted[MOST_NAMED:])
        return (*named, *((LeftOut(OTHERS, rest),) if rest else ()))

    @property
    def digest(self) -> str:
        """The same for the same things, in the same order, with the same done to them."""
        return self._digest.hexdigest()[:16]

    def _note(self, what: str, example: PlanExample, *, is_left_out: bool) -> None:
        self._digest.update(f"{is_left_out:d}\0{what}\0{example.id}\n".encode())
        noted = self._examples[is_left_out, what]
        if len(noted) < EXAMPLES:
            noted.append(example)
