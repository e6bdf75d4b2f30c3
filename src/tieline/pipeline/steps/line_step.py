"""Line step: lines of a flow come in; each is remembered once, with the next commit of its run."""

from collections import Counter
from collections.abc import Callable

from tieline.model.calls.call import Effect
from tieline.model.runs.run import ClaimedRun, StepRecord, StepState
from tieline.pipeline.steps.memory import Memory
from tieline.ports.clock import Clock
from tieline.rules.runs.lines import LEFT_OUT, LOG, MOST, SAY, key_of


class LineSteps:
    """What one execution writes down. Nothing is committed for it alone."""

    def __init__(
        self, claimed: ClaimedRun, memory: Memory, clean: Callable[[str], str], clock: Clock
    ) -> None:
        self._claimed = claimed
        self._memory = memory
        self._clean = clean
        self._clock = clock
        self._uses: Counter[tuple[str, str]] = Counter()
        self._count = len(memory.of_name(LOG)) + len(memory.of_name(SAY))
        self._last_us = 0

    def write(self, name: str, words: object) -> None:
        """Note *words*, unless an execution before this one did."""
        text = self._clean(str(words))
        self._uses[name, text] += 1
        key = key_of(text, self._uses[name, text])
        if self._memory.recall((name, key), None) is not None or self._count > MOST:
            return
        self._count += 1
        if self._count > MOST:
            key = LEFT_OUT
        # Lines of one moment stay in their order.
        at_us = self._last_us = max(self._clock.now_us(), self._last_us + 1)
        record = StepRecord(
            self._claimed.id,
            name,
            key,
            StepState.DONE,
            Effect.READ,
            "",
            None,
            1,
            None,
            at_us,
            at_us,
        )
        self._memory.write(record)
