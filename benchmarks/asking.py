"""What a call pays for its guards: ``python -m benchmarks.asking`` prints nanoseconds.

One process alone, and a worker that shares its connection; the best of many short rounds, since
only that says something on a machine that does other things too.
"""

import timeit
from collections.abc import Callable
from datetime import timedelta

from tieline.model.calls.call import Egress, HttpAnswer, Timeouts
from tieline.model.calls.outcome import SUCCEEDED
from tieline.model.calls.rate import Rate
from tieline.model.calls.retrying import RetryPolicy
from tieline.model.hub.connection import ConnectionSpec, Connector
from tieline.pipeline.limits.guard import Guard
from tieline.pipeline.limits.leased import LeasedLimits
from tieline.rules.fleet.connection_state import SharedState
from tieline.rules.fleet.lease_quota import ConnectionRecord, trade
from tieline.rules.fleet.quota import RATE_USED_US

START_US = 1_795_000_000_000_000
ROUND = 1_000
ROUNDS = 300
PLENTY = Rate(1_000_000, timedelta(seconds=1), burst=1_000_000)
ANSWER = HttpAnswer(200, (("content-type", "application/json"),), b"")


def connection(rate: Rate | None) -> ConnectionSpec:
    return ConnectionSpec(
        name="books",
        connector=Connector("books"),
        base_url="https://books.example",
        credential=None,
        signing="books-signing",
        timeouts=Timeouts(),
        retry=RetryPolicy(),
        rate=rate,
        at_once=64,
        egress=Egress(),
        max_answer_bytes=1024,
    )


def alone(rate: Rate | None) -> Guard:
    return Guard(connection(rate))


def shared(rate: Rate | None) -> Guard:
    """With all of the connection in its hands."""
    guard = LeasedLimits(connection(rate))
    guard.ask(START_US, repeat=False)
    told = guard.tell(START_US)
    given = trade(ConnectionRecord(SharedState(), None, ()), "worker", told, START_US).share
    guard.hear(given, START_US, START_US)
    return guard


def one_call(guard: Guard) -> Callable[[], None]:
    now_us = START_US

    def call() -> None:
        nonlocal now_us
        now_us += 1
        if guard.ask(now_us, repeat=False) is not None:
            raise AssertionError("the guard held a call back")
        guard.saw(SUCCEEDED, ANSWER, started_us=now_us, now_us=now_us)

    return call


def nanoseconds(make: Callable[[Rate | None], Guard], rate: Rate | None) -> float:
    """For asking and for what the end teaches."""
    if ROUND > RATE_USED_US:
        raise AssertionError("the share would lapse within a round")
    rounds = (timeit.timeit(one_call(make(rate)), number=ROUND) for _ in range(ROUNDS))
    return min(rounds) / ROUND * 1e9


def main() -> None:
    for name, make in (("alone", alone), ("shared", shared)):
        for what, rate in (("no rate", None), ("a rate", PLENTY)):
            print(f"{name:8}{what:10}{nanoseconds(make, rate):6.0f} ns a call")


if __name__ == "__main__":
    main()
