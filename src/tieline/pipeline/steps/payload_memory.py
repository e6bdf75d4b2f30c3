"""Payload memory: a dispatched run comes in; with the payload as it was first made, it goes out."""

from dataclasses import replace

from tieline.model.base.ids import Micros
from tieline.model.calls.call import Effect
from tieline.model.runs.run import StepRecord, StepState
from tieline.pipeline.dispatch import Dispatched
from tieline.pipeline.steps.memory import Memory

NAME, KEY = "payload", "typed"


def made_once(ready: Dispatched, memory: Memory, now_us: Micros) -> Dispatched:
    """*ready* with values that a contract makes (``default_factory``) as they were first made.

    They are on disk before the first effect. A contract that makes none costs nothing.
    """
    contract = ready.flow.contract
    if contract is None or contract.memory is None:
        return ready
    known = memory.own(NAME, KEY)
    if known is not None and known.result is not None:
        try:
            return replace(ready, typed=contract.memory.read(known.result))
        except ValueError:
            return ready  # the contract has changed: what it makes now is what the flow expects
    result = contract.memory.write(ready.typed)
    run_id = ready.claimed.id
    memory.write(
        StepRecord(
            run_id,
            NAME,
            KEY,
            StepState.DONE,
            Effect.READ,
            "",
            None,
            1,
            result,
            now_us,
            now_us,
        )
    )
    return ready
