"""Values that a flow makes anew at each execution are found in its source, with what to write."""

import datetime as dates
import random
import secrets
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from tieline import Connector, Hub, NoAuth, Run
from tieline.authoring.anew import made_anew
from tieline.features.flows.checks import of_flows
from tieline.operations.finding import CheckParts

hub = Hub("anew")
books = hub.connect("books", Connector("books", auth=NoAuth()), base_url="https://books.example")
DICE = random.Random(1)


def reference() -> str:
    return f"ref-{uuid4()}"


async def of_every_kind(order: dict[str, Any], run: Run) -> None:
    await books.post("/a", json={"id": str(uuid4()), "at": time.time()})
    await books.post("/b", json={"at": datetime.now(UTC).isoformat()})
    await books.post("/c", json={"n": random.random(), "day": dates.date.today().day})  # noqa: DTZ011
    await books.post("/d", json={"token": secrets.token_hex(), "n": DICE.randint(1, 6)})


async def by_a_helper(order: dict[str, Any], run: Run) -> None:
    await books.post("/a", json={"ref": reference()})


async def remembered(order: dict[str, Any], run: Run) -> None:
    at = run.now()
    token = await run.step("token", secrets.token_hex)
    ref = await run.step("reference", reference)
    one = await run.step("chance", lambda: random.random())
    await books.post("/a", json={"at": at.isoformat(), "id": str(run.uuid()), "of": [token, ref]})
    await books.post("/b", json={"n": one, "when": datetime.fromisoformat("2026-01-01"), "u": uuid})


async def given_to_a_step(order: dict[str, Any], run: Run) -> None:
    await run.step("keep", print, uuid4())


@pytest.mark.parametrize(
    ("function", "found"),
    [
        (
            of_every_kind,
            [
                ("uuid4()", "run.uuid()"),
                ("time.time()", "run.now().timestamp()"),
                ("datetime.now()", "run.now()"),
                ("dates.date.today()", "run.now().date()"),
                ("random.random()", 'await run.step("…", …)'),
                ("DICE.randint()", 'await run.step("…", …)'),
                ("secrets.token_hex()", 'await run.step("…", …)'),
            ],
        ),
        (by_a_helper, [("uuid4()", "run.uuid()")]),
        (remembered, []),
        (given_to_a_step, [("uuid4()", "run.uuid()")]),
        (print, []),
    ],
)
def test_the_usual_calls_are_found(
    function: Callable[..., object], found: list[tuple[str, str]]
) -> None:
    assert sorted((one.call, one.instead) for one in made_anew(function)) == sorted(found)


async def test_the_doctor_names_flow_line_and_what_to_write() -> None:
    hub.flow(on=hub.topic("a"))(by_a_helper)
    hub.flow(on=hub.topic("b"))(remembered)
    seen: Any = CheckParts
    parts = seen(views=None, hub=hub.spec(), is_open=False, now_us=0)

    (finding,) = await of_flows(parts)

    line = reference.__code__.co_firstlineno + 1
    assert f"flow 'by_a_helper' makes values anew at each execution (uuid4() in line {line})" in (
        finding.what
    )
    assert finding.do == "uuid4(): write run.uuid()"
