"""Fleet: processes that do not go by the same are found, and named with what they say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.makers import START_US

from tieline import Connector, Hub, NoAuth, Rate
from tieline.model.base.ids import WorkerId
from tieline.model.fleet.declaration import Declaration, DeclarationRow
from tieline.model.people.alert import AlertKind
from tieline.model.views.rows import WorkerRow
from tieline.rules.fleet.declaring import declaration_of, schedule_part, text_of
from tieline.rules.fleet.difference import Difference, decides, differences, other_hub
from tieline.rules.watch.fleet import FleetSigns, problems

SECOND_US = 1_000_000
SHARED = {"dedupe_days": 30.0}


def a_hub(
    *, name: str = "orders", url: str = "https://a.example", at: str = "0 6 * * *", **dials: Any
) -> Hub:
    hub = Hub(name)
    books = hub.connect("books", Connector("books", auth=NoAuth()), base_url=url, **dials)

    @hub.flow(on=hub.schedule(at, name="nightly"), name="close")
    async def close(_: object) -> None:
        await books.post("/closings")

    return hub


def declared(hub: Hub, code: str = "c1", **shared: object) -> Declaration:
    return declaration_of(replace(hub.spec(), code=code), SHARED | shared)


def stored(one: Declaration, first_us: int = START_US) -> DeclarationRow:
    return DeclarationRow(one.digest, one.hub, one.code, one.parts, first_us, first_us)


def worker(number: int, one: Declaration, **more: Any) -> WorkerRow:
    row = WorkerRow(
        WorkerId(f"wrk_{number}"),
        START_US,
        START_US,
        f"host pid {number}",
        "1.0",
        "ingest,worker,scheduler",
        "host",
        number,
        0,
        hub=one.hub,
        declares=one.digest,
    )
    return replace(row, **more)


def test_equal_hubs_declare_the_same_however_they_were_made() -> None:
    assert declared(a_hub()) == declared(a_hub())
    assert text_of({"b", "a"}) == text_of({"a", "b"})
    assert text_of({"b": 1, "a": 2}) == text_of({"a": 2, "b": 1})
    assert text_of(lambda: 0) == text_of(lambda: 1), "what a function does counts with the files"
    assert " at 0x" not in text_of(a_hub().spec())


@pytest.mark.parametrize(
    ("other", "what", "said"),
    [
        (
            lambda: declared(a_hub(url="https://b.example")),
            "connection books base_url",
            ("https://b.example", "https://a.example"),
        ),
        (
            lambda: declared(a_hub(rate=Rate(5, timedelta(seconds=1)))),
            "connection books rate",
            ("Rate(count=5, per=0:00:01, burst=1)", "None"),
        ),
        (lambda: declared(a_hub(), code="c2"), "the hub's files", ("c2", "c1")),
        (
            lambda: declared(a_hub(), dedupe_days=3.0),
            "setting dedupe_days",
            ("3.0", "30.0"),
        ),
    ],
)
def test_what_differs_is_named_with_who_says_what(
    other: Callable[[], Declaration], what: str, said: tuple[str, str]
) -> None:
    old, new = declared(a_hub()), other()
    rows = [stored(new, START_US + 1), stored(old)]

    found = differences([worker(1, old), worker(2, new), worker(3, old)], rows, START_US)

    both = ((said[0], ("host pid 2",)), (said[1], ("host pid 1", "host pid 3")))
    assert found == (Difference(what, both),)
    assert f"{said[0]!r} in host pid 2" in found[0].words


def test_who_is_gone_and_who_is_of_an_old_release_disagrees_with_nobody() -> None:
    old, new = declared(a_hub()), declared(a_hub(url="https://b.example"))
    rows = [stored(new), stored(old)]
    silent = START_US + 31 * SECOND_US

    assert differences([worker(1, old, beat_us=0), worker(2, new)], rows, START_US) == ()
    assert differences([worker(1, old, declares=""), worker(2, new)], rows, START_US) == ()
    assert differences([worker(1, old), worker(2, new)], rows, silent) == ()


@pytest.mark.parametrize(
    ("row", "is_other"),
    [
        ({}, False),
        ({"hub": "billing"}, True),
        ({"hub": ""}, False),
        ({"hub": "billing", "beat_us": 0}, False),
        ({"hub": "billing", "stopped_us": START_US}, False),
        ({"hub": "billing", "id": WorkerId("own")}, False),
    ],
)
def test_a_process_of_another_hub_at_work_is_found(row: dict[str, Any], *, is_other: bool) -> None:
    one = worker(1, declared(a_hub()), **row)

    found = other_hub([one], "orders", WorkerId("own"), START_US)

    assert (found is not None) == is_other


def test_all_go_by_the_newest_declaration_that_is_at_work() -> None:
    old, new = declared(a_hub()), declared(a_hub(at="30 7 * * *"))
    silent = declared(Hub("orders"), code="c9")
    rows = [stored(old), stored(new, START_US + 5), stored(silent, START_US + 9)]
    (name,) = a_hub().spec().sources()
    part = schedule_part(name)
    both = [worker(1, old), worker(2, new), worker(3, silent)]

    assert decides(part, new.digest, both, rows, START_US)
    assert not decides(part, old.digest, both, rows, START_US)
    gone = [worker(1, old), worker(2, new, beat_us=0)]
    assert decides(part, old.digest, gone, rows, START_US)
    assert not decides(part, silent.digest, both, rows, START_US), (
        "who says nothing decides nothing"
    )


def wrong(*workers: WorkerRow, rows: list[DeclarationRow], **more: Any) -> list[tuple[str, str]]:
    signs = FleetSigns(workers, rows, START_US, **more)
    return [(str(one.kind), one.what) for one in problems(signs)]


def test_what_is_wrong_with_a_fleet_is_said_in_words() -> None:
    one = declared(a_hub())
    rows = [stored(one)]

    assert wrong(worker(1, one), rows=rows, unfinished={"close": 3}) == []
    assert wrong(rows=rows) == []
    assert wrong(worker(1, one, roles=""), rows=rows) == [], "an old release has every role"
    ((kind, what),) = wrong(worker(1, one, roles="ingest,scheduler"), rows=rows)
    assert kind == AlertKind.ROLE_MISSING
    assert what == "no process at work is a worker: runs are taken in and nobody executes them"
    ((kind, what),) = wrong(worker(1, one, roles="ingest,worker"), rows=rows)
    assert what.startswith("no process at work is a scheduler: no schedule fires")
    ((kind, what),) = wrong(worker(1, one, troubles="a\nb"), rows=rows)
    assert (kind, what) == (AlertKind.PROCESS_TROUBLE, "host pid 1 alone: a; b")


def test_a_flow_that_an_older_process_does_not_know_is_told_with_what_to_do() -> None:
    old = declared(a_hub())
    new = replace(old, digest="new", parts=(*old.parts, ("flow refund", "x")))
    rows = [stored(old), stored(new, START_US + 5)]

    def told(*roles: str) -> list[str]:
        both = (worker(1, old, roles=roles[0]), worker(2, new))
        signs = FleetSigns(both, rows, START_US)
        return [one.what + one.do for one in problems(signs) if one.kind == "flow-not-everywhere"]

    (words,) = told("ingest")
    assert words.startswith("flow refund is new since 2026-01-01T00:00:00")
    assert "and host pid 1 of an older release does not know it" in words
    assert "tieline replay run --flow refund --since 2026-01-01T00:00:00" in words
    assert told("worker") == [words], "what runs emit is taken in by workers"
    assert told("scheduler,console") == []
    dropped = [stored(new), stored(old, START_US + 5)]
    signs = FleetSigns((worker(1, old), worker(2, new)), dropped, START_US)
    assert "flow-not-everywhere" not in {one.kind for one in problems(signs)}, "it was taken away"


def test_runs_of_a_flow_that_nobody_declares_are_told_with_who_did_last() -> None:
    one = declared(a_hub())
    other = declared(a_hub(name="billing"))
    gone = replace(other, parts=(("flow invoice", "x"),))
    rows = [stored(one), stored(gone, START_US - 3600 * SECOND_US)]

    ((kind, what),) = wrong(worker(1, one), rows=rows, unfinished={"invoice": 2, "close": 1})
    assert kind == AlertKind.UNDECLARED_FLOW
    assert what == (
        "2 runs are of flow invoice, which is not declared any more (hub billing did, in a process "
        "that was started 1h ago)"
    )
    ((_, what),) = wrong(worker(1, one), rows=rows[:1], unfinished={"invoice": 1})
    assert what == "1 run is of flow invoice, which is not declared any more"
    assert wrong(rows=rows, unfinished={"invoice": 1}) == [], "nobody can say"
    assert wrong(rows=rows, unfinished={"invoice": 1}, flows=frozenset({"invoice"})) == []
