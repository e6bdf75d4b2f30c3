"""Features: each says what it adds, and all that is known of them is derived from that."""

import ast
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import apsw
import pytest

import tieline.features
from tieline.adapters.remote.api_calls import PLACE
from tieline.adapters.sql.store.sealing import seals_of
from tieline.adapters.sqlite.migrations import migrate
from tieline.compose.features import (
    FEATURES,
    actions,
    commands,
    endpoints,
    pages,
    questions,
    template_folders,
)
from tieline.features.manifest import Feature, Handles
from tieline.model import commands as c
from tieline.surfaces.api.endpoint import PREFIX
from tieline.surfaces.console.page_parts import FOLDER as FRAME

FOLDER = Path(tieline.features.__file__ or "").parent
NAMES = {feature.name for feature in FEATURES}


def twice(things: Iterable[object]) -> list[object]:
    return [thing for thing, count in Counter(things).items() if count > 1]


def others(feature: Feature) -> set[str]:
    """Features whose modules this one imports."""
    nodes = [
        node
        for file in (FOLDER / feature.name).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    ]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    found = {name.split(".")[2] for name in modules if name.startswith("tieline.features.")}
    return found - {"manifest", feature.name}


def test_every_folder_of_a_feature_is_in_the_list() -> None:
    folders = {one.name for one in pkgutil.iter_modules([str(FOLDER)]) if one.ispkg}

    assert folders == NAMES


@pytest.mark.parametrize("feature", FEATURES, ids=lambda one: one.name)
def test_a_feature_imports_only_those_that_it_needs(feature: Feature) -> None:
    assert others(feature) <= set(feature.needs) <= NAMES
    assert feature.says.endswith(".")


def test_what_features_need_has_no_circle() -> None:
    needs = {feature.name: set(feature.needs) for feature in FEATURES}
    while free := {name for name, left in needs.items() if not left}:
        needs = {name: left - free for name, left in needs.items() if name not in free}

    assert needs == {}


def test_nothing_is_said_twice() -> None:
    assert twice(one.command for one in commands()) == []
    assert twice(one.question for one in questions()) == []
    assert twice((one.method, one.path) for one in endpoints()) == []
    assert twice(table for feature in FEATURES for table in feature.tables) == []
    assert twice(entry.link.path for one in pages() for entry in one.menu) == []
    assert twice(word for one in pages() for word in one.told) == []


def test_no_two_places_have_a_template_of_one_name() -> None:
    """All stand in one list: the first would be shown for both."""
    folders = [FRAME / "templates", *template_folders()]

    names = [str(file.relative_to(one)) for one in folders for file in one.rglob("*.html")]

    assert twice(names) == []


def test_one_feature_says_who_sends_a_request() -> None:
    assert len([one for one in FEATURES if one.authenticator is not None]) == 1


def test_every_table_of_the_store_is_some_features() -> None:
    connection = apsw.Connection(":memory:")
    migrate(connection, ":memory:")
    rows = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    tables = {str(name) for (name,) in rows if not str(name).startswith("sqlite_")}

    assert {table for feature in FEATURES for table in feature.tables} == tables


def shape(path: str) -> tuple[str, ...]:
    return tuple("{}" if part.startswith("{") else part for part in path.split("/"))


CALLED = [one for one in actions() if one.call]


@pytest.mark.parametrize("action", CALLED, ids=lambda one: one.name)
def test_an_action_is_ordered_elsewhere_by_a_call_that_exists(action: Handles[Any]) -> None:
    shapes = {shape(one.path) for one in endpoints() if one.method == "POST"}
    kinds = ("flow", "connection") if "{kind}" in action.call else ("",)

    for kind in kinds:
        wanted = action.call.replace("{kind}", kind)
        assert shape(wanted) in shapes, f"{PREFIX}{wanted} is no call"


@pytest.mark.parametrize("action", CALLED, ids=lambda one: one.name)
def test_the_call_of_an_action_takes_what_goes_into_it(action: Handles[Any]) -> None:
    """Unless its manifest makes the body: then those who wrote that know what goes into it."""
    goes = {one.name for one in fields(action.command)} - {"by", *PLACE.findall(action.call)}
    bodies = [one.body for one in endpoints() if shape(one.path) == shape(action.call)]

    for body in bodies if action.body is None else ():
        assert {"reason", *goes} <= {one.alias or name for name, one in body.model_fields.items()}


def test_what_undoes_an_action_is_an_action() -> None:
    known = {one.command for one in actions()}

    assert {one.inverse for one in actions() if one.inverse is not None} <= known


def test_an_action_without_a_permission_is_refused() -> None:
    with pytest.raises(TypeError, match="says what it needs"):
        Handles(c.Cancel, CALLED[0].step)


HAVE_PAYLOADS = re.compile(r"\b(Admission|Ingest|Receipt|Progress)\b")


def test_what_carries_a_payload_to_the_store_is_sealed() -> None:
    every = {c.Ingest, c.KeepReceipt, c.Remember, c.Settle, *(one.command for one in commands())}
    told = {kind: " ".join(map(str, get_type_hints(kind).values())) for kind in every}
    carriers = {kind for kind, types in told.items() if HAVE_PAYLOADS.search(types)}

    assert {c.Ingest, c.KeepReceipt, c.Remember, c.Settle} < carriers
    assert [kind.__name__ for kind in carriers if not seals_of(kind)] == []
