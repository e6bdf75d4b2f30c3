"""Memory: what a run remembers of its steps, and what it still has to make durable."""

from collections.abc import Iterable

from tieline.model.commands import Admission, Progress
from tieline.model.inbound.event import Mention
from tieline.model.runs.run import AttemptRecord, ClaimedRun, ExchangeRecord, StepRecord, StepState
from tieline.rules.runs.recall import number_for

StepKey = tuple[str, str]


class Memory:
    """The steps of one run, by (name, key); writes pile up in ``pending`` until they are taken."""

    def __init__(self, claimed: ClaimedRun) -> None:
        self._steps: dict[StepKey, StepRecord] = {}
        self._effects: dict[str, StepRecord] = {}
        self._numbered: dict[str, dict[int, str]] = {}
        if claimed.steps:
            self._read(claimed)
        self._used: dict[str, int] = {}
        self._taken: dict[str, set[int]] = {}
        self._changed: dict[StepKey, StepRecord] = {}
        self._attempts: list[AttemptRecord] = []
        self._mentions: list[Mention] = []
        self._emitted: list[Admission] = []
        self._exchanges: list[ExchangeRecord] = []

    def _read(self, claimed: ClaimedRun) -> None:
        """What earlier executions of this run remember, and other runs of its event."""
        own = [s for s in claimed.steps if s.run_id == claimed.id]
        others = [s for s in claimed.steps if s.run_id != claimed.id]
        self._steps = {(s.name, s.key): s for s in own}
        # Its own are there too: a release that told less in a name may not lose what it did.
        self._effects = _by_effect(claimed.steps)
        self._numbered = _numbered((*others, *own))

    def identify(self, name: str, key: str | None, fingerprint: str) -> StepKey:
        """The identity of this use of *name*: the author's key, or its number.

        Parallel branches may come in another order than last time, so where uses are remembered,
        the one with the same arguments is meant.
        """
        if key is not None:
            return (name, str(key))
        remembered = self._numbered.get(name)
        if remembered is None:
            number = self._used[name] = self._used.get(name, 0) + 1
            return (name, f"#{number}")
        taken = self._taken.setdefault(name, set())
        number = number_for(remembered, taken, fingerprint)
        taken.add(number)
        return (name, f"#{number}")

    def use_of(self, name: str) -> str:
        """The number of this use of *name* in this execution, where it is remembered by another."""
        number = self._used[name] = self._used.get(name, 0) + 1
        return f"#{number}"

    def recall(self, identity: StepKey, effect_key: str | None) -> StepRecord | None:
        """What is known of a step, or of the same effect made by an earlier run."""
        own = self._steps.get(identity)
        if own is not None or effect_key is None:
            return own
        return self._effects.get(effect_key)

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
        )
        self._changed = {}
        self._attempts, self._mentions, self._emitted = [], [], []
        self._exchanges = []
        return progress

    def put_back(self, progress: Progress) -> None:
        """A commit of *progress* failed: it is pending again, unless newer records replaced it."""
        older = {(s.name, s.key): s for s in progress.steps}
        self._changed = older | self._changed
        self._attempts[:0] = progress.attempts
        self._mentions[:0] = progress.mentions
        self._emitted[:0] = progress.emitted
        self._exchanges[:0] = progress.exchanges


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


def _numbered(records: Iterable[StepRecord]) -> dict[str, dict[int, str]]:
    """By name: number → fingerprint of the uses that have no key of the author's."""
    found: dict[str, dict[int, str]] = {}
    for record in records:
        if record.key.startswith("#") and record.key[1:].isdigit():
            found.setdefault(record.name, {})[int(record.key[1:])] = record.fingerprint
    return found
