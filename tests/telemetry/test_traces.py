"""Traces arrive at a real receiver: joined, in one piece, failures always, and no secrets."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.canary import a_cage, drive
from tests.engine import until
from tests.makers import START_US, an_event, run_id
from tests.telemetry.collector import Collector, Seen, a_collector

from tieline.adapters.telemetry.spans import SCHEMA_URL, Spans
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import NO_TENANT
from tieline.model.runs.facts import CallTried
from tieline.model.runs.run import ClaimedRun

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
REQUIRED_OF_CLIENT = ("http.request.method", "server.address", "server.port", "url.full")
REQUIRED_OF_SERVER = ("http.request.method", "url.path", "url.scheme")
"""Of the semantic conventions for HTTP spans, version 1.44.0."""
SERVER, CLIENT, CONSUMER, INTERNAL = 2, 3, 5, 1


@pytest.fixture
def collector() -> Iterator[Collector]:
    with a_collector() as listening:
        yield listening


def one(spans: list[Seen]) -> Seen:
    (span,) = spans
    return span


async def test_a_sampled_trace_is_joined_from_the_sender_to_the_call(
    tmp_path: Path, collector: Collector
) -> None:
    async with a_cage(tmp_path, otlp_endpoint=collector.url, trace_percent=0) as cage:
        await cage.deliver("done", 1, traceparent=PARENT)
        await until(lambda: len(cage.vendor.asked) == 5)
        await until(lambda: cage.it.parts.back.busy == 0)
        carried = [asked.headers["traceparent"] for asked in cage.vendor.asked]

    delivery = one(collector.named("POST /in/shop"))
    run = one(collector.named("process handle"))
    step = one(collector.named("step note"))
    calls = [span for span in collector.spans if span.kind == CLIENT]
    assert {span.trace for span in collector.spans} == {PARENT[3:35]}
    assert (delivery.parent, delivery.kind) == (PARENT[36:52], SERVER)
    assert (run.parent, run.kind) == (delivery.span, CONSUMER)
    assert (step.parent, step.kind) == (run.span, INTERNAL)
    assert {(call.parent, call.kind) for call in calls} == {(run.span, CLIENT)}
    assert carried == [f"00-{PARENT[3:35]}-{call.span}-01" for call in calls]
    assert all(span.start_ns <= span.end_ns and span.error is None for span in collector.spans)
    assert collector.services == {"cage"}


async def test_spans_speak_the_conventions(tmp_path: Path, collector: Collector) -> None:
    async with a_cage(tmp_path, otlp_endpoint=collector.url) as cage:
        await cage.deliver("done", 7, traceparent=PARENT)
        await until(lambda: len(cage.vendor.asked) == 5)
        await until(lambda: cage.it.parts.back.busy == 0)

    run = one(collector.named("process handle")).attributes
    delivery = one(collector.named("POST /in/shop")).attributes
    call = collector.named("POST /done")[0].attributes
    person = one(collector.named("PUT /people/{who}/{ending}")).attributes
    assert run["messaging.system"] == "tieline"
    assert run["messaging.operation.type"] == "process"
    assert run["messaging.destination.name"] == "shop"
    assert str(run["messaging.message.id"]).startswith("evt_")
    assert run["tieline.reference"] == "order:7"
    assert delivery["http.request.method"] == "POST"
    assert delivery["http.route"] == "/in/shop"
    assert delivery["http.response.status_code"] == 202
    assert call["http.request.method"] == "POST"
    assert call["http.response.status_code"] == 200
    assert call["peer.service"] == "b"
    url = f"{cage.vendor.url}/done"
    assert {name: call.get(name) for name in REQUIRED_OF_CLIENT} == {
        "http.request.method": "POST",
        "server.address": "127.0.0.1",
        "server.port": cage.vendor.port,
        "url.full": url,
    }
    assert person["url.full"] == f"{cage.vendor.url}/people/{{who}}/{{ending}}"
    assert {name: delivery.get(name) for name in REQUIRED_OF_SERVER} == {
        "http.request.method": "POST",
        "url.path": "/in/shop",
        "url.scheme": "http",
    }
    assert collector.schemas == {SCHEMA_URL}


async def test_what_fails_is_traced_though_nothing_is_sampled_and_tells_no_secret(
    tmp_path: Path, collector: Collector
) -> None:
    async with a_cage(tmp_path, otlp_endpoint=collector.url, trace_percent=0) as cage:
        await drive(cage)

    runs = collector.named("process handle")
    assert {span.attributes["tieline.state"] for span in runs} >= {"dead", "held"}
    deliveries = collector.named("POST /in/shop")
    assert [(span.attributes["tieline.verdict"], span.error) for span in deliveries] == [
        ("quarantined", None)
    ], "wanted, but a 202 is no error of HTTP"
    assert all(span.error for span in collector.spans if span not in deliveries)
    assert collector.named("step careless")
    calls = [span for span in collector.spans if span.kind == CLIENT]
    assert {span.attributes["error.type"] for span in calls} >= {"rejected"}
    places = {str(number): body for number, body in enumerate(collector.bodies)}
    cage.nowhere_in(places)


async def test_a_collector_in_trouble_costs_spans_and_nothing_else(
    tmp_path: Path, collector: Collector
) -> None:
    collector.status = 400
    async with a_cage(tmp_path, otlp_endpoint=collector.url, trace_percent=100) as cage:
        assert await cage.deliver("done", 1) == 202
        telemetry = cage.it.parts.telemetry
        assert telemetry is not None
        await until(lambda: telemetry.dropped()["spans"] > 0)

    assert collector.spans == []


async def test_without_the_packages_the_way_to_get_them_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [
        name for name in sys.modules if name.startswith("tieline.adapters.telemetry.trac")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)

    with pytest.raises(SettingsError, match=r"pip install 'tieline\[otel\]'"):
        async with a_cage(tmp_path, otlp_endpoint="http://127.0.0.1:4318"):
            pass


@pytest.mark.parametrize(
    ("base_url", "address", "port", "url"),
    [
        ("https://api.acme.example", "api.acme.example", 443, "https://api.acme.example/a/{}"),
        ("http://acme.example/v2", "acme.example", 80, "http://acme.example/v2/a/{}"),
        ("http://u:pw@acme.example:81", "acme.example", 81, "http://acme.example:81/a/{}"),
        ("http://[::1]:8080", "::1", 8080, "http://[::1]:8080/a/{}"),
    ],
)
def test_a_call_says_where_it_went_and_hangs_on_its_step(
    base_url: str, address: str, port: int, url: str
) -> None:
    event = an_event(1, traceparent=PARENT)
    run = ClaimedRun(run_id(1), NO_TENANT, "f", 1, 0, 0, None, None, None, 0, event, None)
    fact = CallTried(
        "c", "PURGE /a/{}", run.id, 1, 200, "done", 5, at_us=START_US, run=run,
        base_url=base_url, parent="a" * 16,
    )  # fmt: skip

    span = Spans(lambda: "b" * 16).of_call(fact)

    assert span is not None
    assert (span.name, span.parent) == ("HTTP /a/{}", "a" * 16)
    found = span.attributes
    assert (found["server.address"], found["server.port"], found["url.full"]) == (
        address, port, url,
    )  # fmt: skip
    assert found["http.request.method"] == "_OTHER"
    assert found["http.request.method_original"] == "PURGE"
