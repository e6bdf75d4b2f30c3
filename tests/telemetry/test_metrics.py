"""Metrics: every number of the issue, no more series than there are names, and a tiny server."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.canary import Cage, a_cage, drive
from tests.engine import Vendor, a_town, a_vendor, until
from tests.makers import an_event

from tieline import Run
from tieline.adapters.telemetry.metrics import Metrics
from tieline.adapters.telemetry.observers import Observers
from tieline.adapters.telemetry.process_metrics import OTHER
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import TenantId
from tieline.model.hub.flow import HubSpec
from tieline.model.hub.tenants import TenantsSpec
from tieline.model.inbound.receipt import Verdict
from tieline.model.runs import facts as f
from tieline.surfaces.metrics.server import MetricsServer

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
async def cage(tmp_path: Path) -> AsyncIterator[Cage]:
    async with a_cage(tmp_path, metrics_port=0) as made:
        yield made


def samples_of(text: bytes) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


def numbers(text: bytes, name: str) -> dict[str, float]:
    """The values of a metric by the values of its labels."""
    return {
        "/".join(value for _, value in labels): number
        for (found, labels), number in samples_of(text).items()
        if found == name
    }


async def test_off_the_loopback_interface_metrics_need_an_explicit_word(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="metrics_insecure = true"):
        async with a_cage(tmp_path, metrics_port=0, metrics_host="0.0.0.0"):
            pass


async def test_everything_that_happened_is_counted(cage: Cage) -> None:
    await drive(cage)
    telemetry = cage.it.parts.telemetry
    assert telemetry is not None
    await until(lambda: numbers(telemetry.render()[0], "tieline_dead_letters").get("handle") == 5)

    text, kind = telemetry.render()

    assert kind.startswith("text/plain; version=0.0.4")
    deliveries = numbers(text, "tieline_deliveries_total")
    assert deliveries["shop/accepted"] == 7
    assert deliveries["shop/duplicate"] == 1
    assert deliveries["shop/quarantined"] == 1
    assert deliveries["shop/refused"] == 1
    runs = numbers(text, "tieline_runs_total")
    assert (runs["handle/done"], runs["handle/dead"], runs["handle/held"]) == (1, 5, 1)
    attempts = numbers(text, "tieline_attempts_total")
    assert attempts["rejected/by-bearer"] == 1
    assert attempts["unavailable/by-bearer"] == 2
    assert numbers(text, "tieline_call_seconds_count")["by-bearer"] == 13
    assert numbers(text, "tieline_end_to_end_seconds_count") == {"handle": 1}
    assert numbers(text, "tieline_ack_seconds_count")["shop"] == 10
    assert numbers(text, "tieline_retries_total")["handle"] >= 1
    assert numbers(text, "tieline_held") == {"handle": 1, OTHER: 0}
    assert numbers(text, "tieline_breaker_state")["by-bearer"] == 0
    assert numbers(text, "tieline_connection_healthy")["by-bearer"] == 1
    assert numbers(text, "tieline_commit_commands_count")[""] > 10
    assert 0 < numbers(text, "tieline_disk_free_ratio")[""] < 1


async def test_no_sender_and_no_mistake_makes_series_grow(cage: Cage) -> None:
    hub = cage.it.parts.hub
    metrics = Metrics(hub)
    observer = Observers([metrics])
    before = None
    for number in range(3000):
        name = f"unheard-of-{number}"
        observer.saw(f.Received(name, Verdict.REFUSED, 404, "x", None, 1))
        observer.saw(f.CallTried(name, "GET /", None, 1, 429, f"class-{number}", 5))
        observer.saw(f.RunSettled(name, "r", "e", "no-such-state", None, 5))  # type: ignore[arg-type]
        if number == 0:
            before = set(samples_of(metrics.text()[0]))
    after = samples_of(metrics.text()[0])

    assert observer.failed == 0
    assert set(after) == before
    refused = (("source", OTHER), ("verdict", "refused"))
    assert after["tieline_deliveries_total", refused] == 3000
    assert after["tieline_throttled_total", (("connection", OTHER),)] == 3000


def test_names_beyond_the_cap_are_counted_together() -> None:
    metrics = Metrics(a_wide_hub(1200))
    observer = Observers([metrics])
    for number in range(1200):
        observer.saw(f.CallTried(f"c{number:04}", "GET /", None, 1, 200, "done", 5))

    counted = numbers(metrics.text()[0], "tieline_call_seconds_count")
    assert len(counted) == 1001
    assert counted[OTHER] == 200


def test_what_a_rate_is_of_is_there_from_the_start_for_all_that_is_declared() -> None:
    text = Metrics(a_wide_hub(2)).text()[0]

    assert numbers(text, "tieline_deliveries_total")["shop/quarantined"] == 0
    assert numbers(text, "tieline_runs_total")["handle/dead"] == 0
    assert numbers(text, "tieline_retries_total") == {"handle": 0}
    assert numbers(text, "tieline_throttled_total") == {"c0000": 0, "c0001": 0}
    assert numbers(text, "tieline_attempts_total")["slow/c0001"] == 0


def test_tenants_are_counted_by_name_up_to_fifty_and_not_at_all_where_none_is_declared() -> None:
    names = tuple(TenantId(f"shop-{number:02}") for number in range(60))
    metrics = Metrics(replace(a_wide_hub(1), tenants=TenantsSpec(names)))
    bare = Metrics(a_wide_hub(1))
    for name in (*names, TenantId("a-stranger")):
        event = an_event(tenant=name)
        fact = f.Received("shop", Verdict.ACCEPTED, 202, None, event.id, 1, event=event)
        Observers([metrics, bare]).saw(fact)

    counted = numbers(metrics.text()[0], "tieline_tenant_events_total")
    wanted: dict[str, float] = dict.fromkeys(names[:50], 1)
    assert counted == wanted | {OTHER: 11}
    assert numbers(metrics.text()[0], "tieline_tenant_runs_total")["dead/shop-49"] == 0
    assert numbers(bare.text()[0], "tieline_tenant_events_total") == {}


def test_the_page_lists_every_metric() -> None:
    page = (Path(__file__).parents[2] / "docs/telemetry.md").read_text(encoding="utf-8")
    families = Metrics(a_wide_hub(1)).registry.collect()
    kinds = {family.name: family.type for family in families}
    names = {f"{name}_total" if kind == "counter" else name for name, kind in kinds.items()}

    assert {name for name in names if f"`{name}`" not in page} == set()


def a_wide_hub(connections: int) -> HubSpec:
    town = a_town(Vendor(port=1))

    @town.hub.flow(on=town.on())
    async def handle(order: dict[str, object], run: Run) -> None:
        """Does nothing."""

    one = town.hub.spec()
    (spec, *_) = one.connections.values()
    return HubSpec(one.name, one.flows, {f"c{n:04}": spec for n in range(connections)})


# --- the server of a process without a console --------------------------------------------------


async def ask(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_process_without_a_console_serves_its_numbers_alone(cage: Cage) -> None:
    (server,) = [one for one in cage.it.surfaces if isinstance(one, MetricsServer)]

    numbers_ = await ask(server.port, b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
    live = await ask(server.port, b"GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")
    other = await ask(server.port, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
    post = await ask(server.port, b"POST /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
    long = await ask(server.port, b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n")

    assert numbers_.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"tieline_deliveries_total" in numbers_
    assert server.where() == (f"metrics: http://127.0.0.1:{server.port}/metrics",)
    assert live.startswith(b"HTTP/1.1 200 ")
    assert other.startswith(b"HTTP/1.1 404 ")
    assert post.startswith(b"HTTP/1.1 405 ")
    assert long == b""


async def test_a_port_that_is_taken_is_told() -> None:
    async with a_vendor() as vendor:
        server = MetricsServer("127.0.0.1", vendor.port, lambda: (b"", "text/plain"))

        with pytest.raises(SettingsError, match="nothing can listen there"):
            await server.open()
        await server.close(1.0)
