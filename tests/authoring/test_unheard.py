"""Unheard: what is emitted and nobody takes is said by name, in a test and by the doctor."""

from typing import Any

import pytest

from tieline import Hub, Run
from tieline.adapters.vault.fixed import FixedVault
from tieline.model.base.errors import ArgumentRefused
from tieline.operations.doctor_hub import DoctorHub, of_hub
from tieline.rules.runs.topics import unheard
from tieline.testing import plain

NAME = "from.elsewhere"


async def helper(run: Run) -> None:
    await run.emit("helper.typo", {})


async def emits(order: Any, run: Run) -> None:
    """Everything that an emit may look like."""
    await run.emit("order.placed", {})
    await run.emit("order.any", {})
    await run.emit("order.waited", {})
    await run.emit("order.typo", {"a": [await run.step("x", lambda: 1)]}, key="k")
    await run.emit("order.optional", {}, optional=True)
    await run.emit("order.said", {}, optional=False)
    await run.emit(NAME, {})
    await helper(run)


async def takes(order: Any, run: Run) -> None:
    await run.wait_for("order.waited", key=1)


def a_hub() -> Hub:
    hub = Hub("acme")
    hub.flow(on=hub.topic("order.placed"))(emits)
    hub.flow(on=hub.topic("order.any"))(takes)
    return hub


def test_what_stands_in_the_code_is_said_by_the_doctor() -> None:
    spec = a_hub().spec()

    found = list(unheard(spec.flows.values()))
    said = [finding.what for finding in of_hub(DoctorHub(spec, FixedVault({})))]

    assert found == [("emits", "helper.typo"), ("emits", "order.said"), ("emits", "order.typo")]
    assert said == [f"flow {flow} emits {type_!r}, and no flow takes it" for flow, type_ in found]


def test_a_flow_on_all_of_the_topic_takes_it() -> None:
    hub = a_hub()
    hub.flow(on=hub.topic("*"), name="all")(takes)

    assert list(unheard(hub.spec().flows.values())) == []


async def test_a_test_fails_by_it() -> None:
    with pytest.raises(AssertionError) as failed:
        async with plain(a_hub()) as run:
            await emits({}, run)

    assert str(failed.value).count("nobody takes") == 4
    for type_ in ("order.typo", "order.said", NAME, "helper.typo"):
        assert f"nobody takes {type_!r} (no flow is on hub.topic({type_!r}))" in str(failed.value)


@pytest.mark.parametrize("type_", ["", " ", "order.*", "*", "a\n", "x" * 256])
async def test_a_name_of_none_or_many_is_refused(type_: str) -> None:
    async with plain(a_hub()) as run:
        with pytest.raises(ArgumentRefused, match="emit: type "):
            await run.emit(type_, {})
