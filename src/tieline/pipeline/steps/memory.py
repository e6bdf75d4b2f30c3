"""Memory: what a run remembers of its steps, and what it still has to make durable."""

from collections.abc import Iterable

from tieline.model.calls.call import Effect
from tieline.model.commands import Admission, Progress
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import (
    AttemptRecord,
    ClaimedRun,
    ExchangeRecord,
    StepArguments,
    StepRecord,
    StepState,
)
from tieline.rules.runs.matching import StepMatch, another, family, match, number_of

StepKey = tuple[str, str]


class Memory:
    """The steps of one run, by (name, key); writes pile up in ``pending`` until they are taken."""

    def __init__(self, claimed: ClaimedRun) -> None:
        self._steps: dict[StepKey, StepRecord] = {}
        self._effects: dict[str, StepRecord] = {}
        self._remembered: dict[str, dict[str, StepRecord]] = {}
        """By name and key, what was remembered when this execution began."""
        if claimed.steps:
            self._read(claimed)
        self._used: dict[str, int] = {}
        self._taken: dict[str, set[str]] = {}
        self._keys: set[StepKey] = set()
        self._changed: dict[StepKey, StepRecord] = {}
        self._attempts: list[AttemptRecord] = []
        self._mentions: list[Mention] = []
        self._emitted: list[Admission] = []
        self._exchanges: list[ExchangeRecord] = []
        self._arguments: list[StepArguments] = []

    def _read(self, claimed: ClaimedRun) -> None:
        """What earlier executions of this run remember, and other runs of its event."""
        own = [s for s in claimed.steps if s.run_id == claimed.id]
        others = [s for s in claimed.steps if s.run_id != claimed.id]
        self._steps = {(s.name, s.key): s for s in own}
        # Its own are there too: a release that told less in a name may not lose what it did.
        self._effects = _by_effect(claimed.steps)
        for one in (*others, *own):
            self._remembered.setdefault(one.name, {})[one.key] = one

    def identify(self, name: str, key: str | None, fingerprint: str, within: str = "") -> StepMatch:
        """Which remembered step this use of *name* is, by the author's *key* or its number.

        *within*: what the keys of steps begin with that are asked for within another one.
        """
        place = self.use_of(name, within) if key is None else key
        remembered = self._remembered.get(name)
        if remembered is None:
            return StepMatch(place)
        taken = self._taken.setdefault(name, set())
        own = family(remembered.values(), key, within)
        found = match(own, taken, place, fingerprint)
        if within and found.key not in own:
            # An earlier release remembered it as if it had been asked for by the flow itself.
            older = family(remembered.values(), None if key is None else key[len(within) :])
            same = (one for one in older.values() if one.fingerprint == fingerprint)
            found = next((StepMatch(one.key) for one in same if one.key not in taken), found)
        taken.add(found.key)
        return found

    def again_within(self, within: str) -> None:
        """The step that asks for those *within* it is executed again in this execution."""
        for name, key in [one for one in self._steps if one[1].startswith(within)]:
            known = self._steps[name, key]
            if known.effect is Effect.READ and known.state is StepState.REFUSED:
                del self._steps[name, key]  # it is asked again
            else:
                self._remembered.setdefault(name, {})[key] = known
        for taken in self._taken.values():
            taken -= {key for key in taken if key.startswith(within)}
        self._used = {name: n for name, n in self._used.items() if not name.startswith(within)}
        self._keys = {one for one in self._keys if not one[1].startswith(within)}

    def follow(self, name: str, base: str, key: str, fingerprint: str) -> str:
        """The key of a step of its own, of a use that is not the one under *key* after all."""
        taken = self._taken.setdefault(name, set())
        taken.discard(key)
        follower = another(base, fingerprint, self._remembered.get(name, {}).keys() | taken)
        taken.add(follower)
        return follower

    def is_first_use(self, name: str, key: str) -> bool:
        """Whether the author's *key* has not been used for *name* in this execution."""
        identity = (name, key)
        if identity in self._keys:
            return False
        self._keys.add(identity)
        return True

    def made(self) -> dict[StepKey, StepRecord]:
        """By name and fingerprint, the effects without an author's key that this execution has made
        or met."""
        return {
            (one.name, one.fingerprint): one
            for one in self._steps.values()
            if one.state is StepState.DONE
            and one.effect is not Effect.READ
            and number_of(one.key)
            and (one.name not in self._remembered or one.key in self._taken.get(one.name, ()))
        }

    def use_of(self, name: str, within: str = "") -> str:
        """The number of this use of *name* in this execution."""
        counted = within + name
        number = self._used[counted] = self._used.get(counted, 0) + 1
        return f"{within}#{number}"

    def recall(self, identity: StepKey, effect_key: str | None) -> StepRecord | None:
        """What is known of a step, or of the same effect made by an earlier run."""
        own = self._steps.get(identity)
        if own is not None or effect_key is None:
            return own
        return self._effects.get(effect_key)

    def own(self, name: str, key: str) -> StepRecord | None:
        """What the run itself remembers of a step."""
        return self._steps.get((name, key))

    def of_name(self, name: str) -> list[StepRecord]:
        """What the run itself remembers of steps called *name*."""
        return [known for (one, _), known in self._steps.items() if one == name]

    def write(self, record: StepRecord) -> None:
        """Remember *record* from here on; durable with the next progress taken."""
        identity = (record.name, record.key)
        self._steps[identity] = record
        self._changed[identity] = record

    def log(self, attempt: AttemptRecord) -> None:
        """Note a try."""
        self._attempts.append(attempt)

    def exchange(self, exchange: ExchangeRecord) -> None:
        """Note what was sent and answered; durable with the try that it is of."""
        self._exchanges.append(exchange)

    def keep_arguments(self, arguments: StepArguments) -> None:
        """Note what a step was asked for; durable with the next progress taken."""
        self._arguments.append(arguments)

    def mention(self, mention: Mention) -> None:
        """Note a business name."""
        self._mentions.append(mention)

    def emit(self, admission: Admission) -> None:
        """Note an event to be published."""
        self._emitted.append(admission)

    @property
    def has_pending(self) -> bool:
        """Whether something is not durable yet."""
        return bool(self._changed or self._attempts or self._mentions or self._emitted)

    def take(self) -> Progress:
        """All that is not durable yet, handed over to whoever commits it."""
        progress = Progress(
            tuple(self._changed.values()),
            tuple(self._attempts),
            tuple(self._mentions),
            tuple(self._emitted),
            tuple(self._exchanges),
            tuple(self._arguments),
        )
        self._changed = {}
        self._attempts, self._mentions, self._emitted = [], [], []
        self._exchanges, self._arguments = [], []
        return progress

    def put_back(self, progress: Progress) -> None:
        """A commit of *progress* failed: it is pending again, unless newer records replaced it."""
        older = {(s.name, s.key): s for s in progress.steps}
        self._changed = older | self._changed
        self._attempts[:0] = progress.attempts
        self._mentions[:0] = progress.mentions
        self._emitted[:0] = progress.emitted
        self._exchanges[:0] = progress.exchanges
        self._arguments[:0] = progress.arguments


def _by_effect(records: Iterable[StepRecord]) -> dict[str, StepRecord]:
    """The best knowledge of each effect: done beats an intent."""
    found: dict[str, StepRecord] = {}
    for record in records:
        if record.effect_key is None:
            continue
        known = found.get(record.effect_key)
        if known is None or record.state is StepState.DONE:
            found[record.effect_key] = record
    return found
