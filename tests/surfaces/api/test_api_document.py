"""The OpenAPI document: valid, the same as the routes, the same as the one in docs, and obeyed.

The fuzzer (schemathesis) sends what the document allows and what it does not to a running
application, with the rights of each role, and holds each answer against the document.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from openapi_spec_validator import validate
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi import checks
from starlette.routing import Route
from tests.conftest import StoreHouse, invoice
from tests.generated import RUN
from tests.soak import times
from tests.surfaces.web.site import open_site

from tieline.compose.features import endpoints
from tieline.features.probes.model import ProbeConnection
from tieline.features.schedules.model import KeepSchedule
from tieline.features.tenants.model import AddTenant
from tieline.model.base.by import By
from tieline.model.commands import ReplayFilter, StartReplay
from tieline.model.people.role import Role
from tieline.model.replays.operation import BulkFilter, StartOperation
from tieline.model.runs.run import Dead, Held, StepState
from tieline.surfaces.api.endpoint import PREFIX
from tieline.surfaces.api.openapi import document
from tieline.surfaces.web.problem import KINDS

DOCS = Path(__file__).parents[3] / "docs"
ENDPOINTS = endpoints()
DOCUMENT = document(ENDPOINTS)


def test_the_document_is_valid() -> None:
    validate(DOCUMENT)


def test_the_document_in_docs_is_current(regenerated: Callable[[Path, str], str]) -> None:
    # Sorted, so that changes can be read.
    text = json.dumps(DOCUMENT, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    assert regenerated(DOCS / "openapi.json", text) == text, RUN


async def test_the_document_is_the_routes(house: StoreHouse) -> None:
    async with open_site(house) as site:
        served = {
            (method.lower(), route.path)
            for route in site.routes
            if isinstance(route, Route) and route.path.startswith(PREFIX)
            for method in route.methods or ()
            if method != "HEAD"
        }
    told = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}

    assert told == served - {("get", f"{PREFIX}/openapi.json")}
    assert len(told) == len(ENDPOINTS)


def test_every_error_is_in_the_document_of_the_page_and_nothing_else() -> None:
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| ([a-z, -]+) \| (\d{3}) \| (yes)? *\|$", page, re.MULTILINE)
    told = {
        (code, int(status), bool(again))
        for codes, status, again in table
        for code in codes.split(", ")
    }

    assert told == {(kind.code, kind.status, kind.retriable) for kind in KINDS.values()}


# --- fuzzing --------------------------------------------------------------------------------------


class Served:
    """An application with an eventful store, on a thread with a loop of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._up, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.url = ""
        self.headers: dict[Role, dict[str, str]] = {}

    def __enter__(self) -> "Served":
        self._thread.start()
        assert self._up.wait(60)
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    async def _serve(self) -> None:
        house = StoreHouse(self._path)
        await fill(house)
        async with open_site(house) as site:
            self.headers = {role: await site.token_of(role) for role in Role}
            self.url = f"http://127.0.0.1:{site.client.port}"
            self._up.set()
            await asyncio.to_thread(self._stop.wait)
        await house.close()


async def fill(house: StoreHouse) -> None:
    """Some of everything."""
    for number in range(4):
        await house.deliver("invoice.paid", invoice(number, f"cus_{number}"))
    done, dead, held, _ = await house.claim()
    await house.refuse()
    await house.settle(dead, Dead("provider-refused", "no such account"), house.call_step(dead))
    doubt = Held("in doubt", ("books POST /entries", "#1"))
    await house.settle(held, doubt, house.call_step(held, StepState.INTENT))
    await house.settle(done, Dead("bug", "x"), house.call_step(done))
    now_us = house.clock.at_us
    await house.journal.commit(
        KeepSchedule("schedule:nightly", "0 6 * * *", "UTC", now_us + 1, now_us)
    )
    by = By("ops", "a test", now_us)
    await house.journal.commit(AddTenant("shop-a", by))
    await house.journal.commit(ProbeConnection("books", by))
    wanted = ReplayFilter(type="invoice.paid")
    await house.journal.commit(StartReplay(house.ids.replay(), wanted, 1, 4, False, by))
    some = BulkFilter("dead-letters")
    await house.journal.commit(StartOperation(f"opr_{1:032x}", "discard", some, 2, by))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("fuzz") / "tieline.db") as opened:
        yield opened


CHECKS: list[CheckFunction] = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
FUZZED: Any = schemathesis.openapi.from_dict(DOCUMENT)
EXAMPLES = 3
"""A call and role; the calls of all roles come to about a thousand requests."""


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: f"{one.method} {one.path}")
def test_every_answer_is_as_the_document_says(served: Served, role: Role, endpoint: Any) -> None:
    operation = FUZZED[PREFIX + endpoint.path][endpoint.method]

    @settings(
        max_examples=times(EXAMPLES),
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        database=None,
    )
    @_given(operation)
    def send(case: Any) -> None:
        answer = case.call(base_url=served.url, headers=served.headers[role], timeout=30)
        case.validate_response(answer, checks=CHECKS)

    send()


LISTS = {
    "/receipts/{id}": ("/receipts", "id"),
    "/events/{id}": ("/events", "id"),
    "/runs/{id}": ("/runs", "id"),
    "/runs/{id}/steps": ("/dead-letters", "run_id"),
    "/runs/{id}/attempts": ("/dead-letters", "run_id"),
    "/dead-letters/{id}": ("/dead-letters", "run_id"),
    "/replays/{id}": ("/replays", "id"),
    "/operations/{id}": ("/operations?kind=decision", "id"),
    "/flows/{name}": ("/flows", "name"),
    "/connections/{name}": ("/connections", "name"),
    "/connections/{name}/probe": ("/probes", "connection"),
    "/schedules/{name}": ("/schedules", "name"),
    "/tenants/{name}": ("/tenants", "name"),
    "/workers/{id}": ("/workers", "id"),
    "/issues/{id}": ("/issues?state=all", "id"),
    "/users/{name}": ("/users", "name"),
    "/users/{name}/sessions": ("/users", "name"),
    "/audit-entries/{line}": ("/audit-entries", "seq"),
}
"""Where things that exist are found: an invented id only ever shows the answer 404."""
DETAILS = [one for one in ENDPOINTS if one.is_safe and one.path.count("{") == 1]


@pytest.mark.parametrize("endpoint", DETAILS, ids=lambda one: one.path)
def test_a_thing_that_exists_is_shown_as_the_document_says(served: Served, endpoint: Any) -> None:
    operation = FUZZED[PREFIX + endpoint.path][endpoint.method]
    noun, member = LISTS[endpoint.path]
    headers = served.headers[Role.ADMIN]
    rows = requests.get(f"{served.url}{PREFIX}{noun}", headers=headers, timeout=30).json()["items"]
    assert rows
    (name,) = re.findall(r"\{(\w+)\}", endpoint.path)
    for row in rows:
        case = operation.Case(path_parameters={name: str(row[member])})
        answer = case.call(base_url=served.url, headers=headers, timeout=30)

        assert answer.status_code == 200, answer.text
        case.validate_response(answer, checks=CHECKS[:-1])


ID_LIKE = {
    f"{PREFIX}/{path}"
    for path in (
        "runs/decide",
        "runs/plan",
        "replays/plan",
        "operations/plan",
        "schedules/fire",
        "schedules/pause",
        "schedules/resume",
    )
}
"""A GET of these asks for a run, replay or schedule of this name, and there is none."""


@pytest.mark.parametrize("path", list(DOCUMENT["paths"]))
def test_a_path_takes_the_methods_of_the_document_and_no_other(served: Served, path: str) -> None:
    known = {method.upper() for method in DOCUMENT["paths"][path]}
    known |= {"HEAD"} if "GET" in known else set()
    if path in ID_LIKE:
        known |= {"GET", "HEAD"}
    url = served.url + re.sub(r"\{\w+\}", "x", path)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - known:
        answer = requests.request(method, url, headers=served.headers[Role.ADMIN], timeout=30)

        assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
        assert set(answer.headers["allow"].split(", ")) == known


def _given(operation: Any) -> Callable[[Any], Any]:
    from hypothesis import given
    from hypothesis import strategies as st

    strategies = [operation.as_strategy(generation_mode=mode) for mode in MODES]
    return given(case=st.one_of(*strategies))


MODES = list(schemathesis.GenerationMode)
