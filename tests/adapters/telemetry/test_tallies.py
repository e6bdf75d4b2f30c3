"""What happens in a process is counted by minute and hour, and handed over once."""

from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.telemetry.tallies import TallyObserver
from tieline.model.base.failure import FailureKind
from tieline.model.commands import DeliveryTime, KeepTally
from tieline.model.inbound.receipt import CHANGED, LIMITED, Verdict
from tieline.model.runs.facts import CallTried, Received, RunSettled, StoreTrouble
from tieline.model.runs.run import RunState
from tieline.model.views.series import HOUR_US, MINUTE_US

NOW = 1_767_225_600_000_000 + 90_000_000


def observer() -> TallyObserver:
    return TallyObserver(lambda: NOW, CountingObserver(), {"billing"})


def received(verdict: Verdict = Verdict.ACCEPTED, at_us: int = NOW) -> Received:
    return Received("billing", verdict, 202, None, None, 5, at_us)


def counted(command: KeepTally | None, step_us: int = MINUTE_US) -> dict[str, int]:
    assert command is not None
    rows = [row for row in command.rows if row.step_us == step_us]
    assert len({(row.kind, row.name, row.at_us, row.word) for row in rows}) == len(rows)
    return {f"{row.kind} {row.name} {row.word}": row.number for row in rows}


def test_deliveries_runs_and_tries_are_counted_with_their_sums() -> None:
    tallies = observer()
    tallies.saw(received())
    tallies.saw(received())
    tallies.saw(received(Verdict.REFUSED))
    tallies.saw(RunSettled("post", "run_1", "evt_1", RunState.DONE, None, 1_500, at_us=NOW))
    tallies.saw(RunSettled("post", "run_2", "evt_2", RunState.DEAD, "no", 9, at_us=NOW))
    slow = FailureKind.SLOW
    tallies.saw(CallTried("books", "GET /x", None, 1, None, slow, 15_000_000, at_us=NOW))

    taken = tallies.take()

    expected = {
        "source billing accepted": 2,
        "source billing refused": 1,
        "flow post done": 1,
        "flow post dead": 1,
        "flow post took-01": 1,
        "connection books slow": 1,
        "connection books took-13": 1,
        "all  accepted": 2,
        "all  refused": 1,
        "all  done": 1,
        "all  dead": 1,
        "all  took-01": 1,
        "all  tries": 1,
        "all  tries-failed": 1,
    }
    assert counted(taken) == expected
    assert counted(taken, HOUR_US) == expected
    assert tallies.take() is None


def test_minutes_are_apart_and_hours_together() -> None:
    tallies = observer()
    tallies.saw(received(at_us=NOW))
    tallies.saw(received(at_us=NOW + MINUTE_US))

    taken = tallies.take()

    assert taken is not None
    minutes = [r for r in taken.rows if (r.kind, r.step_us) == ("source", MINUTE_US)]
    assert {(r.at_us, r.number) for r in minutes} == {
        (NOW - NOW % MINUTE_US, 1), (NOW - NOW % MINUTE_US + MINUTE_US, 1),
    }  # fmt: skip
    assert [r.number for r in taken.rows if (r.kind, r.step_us) == ("source", HOUR_US)] == [2]


def test_only_what_is_authentic_makes_the_rhythm() -> None:
    tallies = observer()
    tallies.saw(received(at_us=NOW))
    tallies.saw(received(Verdict.DUPLICATE, NOW + 7))
    tallies.saw(received(Verdict.REFUSED, NOW + 9))
    tallies.saw(Received("", Verdict.REFUSED, 0, "hung up", None, 0, NOW))

    taken = tallies.take()

    assert taken is not None
    assert taken.heard == (DeliveryTime("billing", NOW, NOW + 7, 2),)


def test_what_could_not_be_stored_is_counted_with_what_comes() -> None:
    tallies = observer()
    tallies.saw(received())
    first = tallies.take()
    assert first is not None
    tallies.saw(received())

    tallies.put_back(first)
    second = tallies.take()

    assert counted(second)["source billing accepted"] == 2
    assert counted(second, HOUR_US)["all  accepted"] == 2
    assert second is not None
    assert second.heard == (DeliveryTime("billing", NOW, NOW, 2),)


def test_every_fact_goes_on_to_the_next_observer() -> None:
    behind = CountingObserver()
    tallies = TallyObserver(lambda: NOW, behind, {"billing"})
    tallies.saw(received())
    tallies.saw(StoreTrouble("full"))

    assert behind.counts == {"accepted": 1, "StoreTrouble": 1}
    assert len(counted(tallies.take())) == 2


def test_what_strangers_knock_at_has_one_name() -> None:
    tallies = observer()
    for number in range(50):
        source = f"guess-{number}"
        tallies.saw(Received(source, Verdict.REFUSED, 404, "unknown-source", None, 0, NOW))

    assert counted(tallies.take()) == {"source (unknown) refused": 50, "all  refused": 50}


def test_what_is_over_a_rate_is_counted_among_the_refused_and_by_itself() -> None:
    tallies = observer()
    tallies.saw(Received("billing", Verdict.REFUSED, 429, LIMITED, None, 5, NOW))
    tallies.saw(received(Verdict.REFUSED))

    assert counted(tallies.take()) == {
        "source billing refused": 2,
        "source billing rate-limited": 1,
        "all  refused": 2,
    }


def test_what_is_changed_is_counted_in_quarantine_and_by_itself() -> None:
    tallies = observer()
    why = f"event 2 of 3: {CHANGED}: another body"
    tallies.saw(Received("billing", Verdict.QUARANTINED, 202, why, None, 5, NOW))

    assert counted(tallies.take()) == {
        "source billing quarantined": 1,
        "source billing changed": 1,
        "all  quarantined": 1,
    }
