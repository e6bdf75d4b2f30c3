"""deploy/: no dashboard and no rule asks for a metric or a label that the hub does not have."""

import configparser
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.engine import Vendor, a_town

from tieline import Run
from tieline.adapters.telemetry.metrics import Metrics
from tieline.settings.settings import Settings

DEPLOY = Path(__file__).parents[2] / "deploy"
NAME = re.compile(r"\btieline_[a-z_]+\b")
MATCHER = re.compile(r"(tieline_[a-z_]+)\{([^}]*)\}")
LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")
GROUPED = re.compile(r"\bby\s*\(([^)]*)\)")
LABEL_VALUES = re.compile(r"label_values\((tieline_[a-z_]+), ([a-z_]+)\)")
GIVEN_BY_PROMETHEUS = {"instance", "job", "le"}


def labels_by_metric() -> dict[str, set[str]]:
    """Every series name of the registry, with its labels."""
    town = a_town(Vendor(port=1))

    @town.hub.flow(on=town.on())
    async def handle(order: dict[str, object], run: Run) -> None:
        """Does nothing."""

    known: dict[str, set[str]] = {}
    for family in Metrics(town.hub.spec()).registry._collector_to_names.items():
        collector, names = family
        for name in names:
            known[name] = set(getattr(collector, "_labelnames", ()))
    return known


def expressions() -> Iterator[tuple[str, str]]:
    rules = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8"))
    for group in rules["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    board = json.loads((DEPLOY / "grafana/tieline.json").read_text(encoding="utf-8"))
    for panel in board["panels"]:
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["query"]


EXPRESSIONS = list(expressions())


@pytest.mark.parametrize(("where", "text"), EXPRESSIONS, ids=lambda text: str(text)[:30])
def test_every_name_and_label_that_is_asked_for_is_there(where: str, text: str) -> None:
    known = labels_by_metric()
    asked = set(NAME.findall(text))
    labels = {label for name in asked for label in known.get(name, ())} | GIVEN_BY_PROMETHEUS

    assert asked - known.keys() == set(), where
    for name, matchers in MATCHER.findall(text):
        assert set(LABEL.findall(matchers)) <= known[name] | GIVEN_BY_PROMETHEUS, where
    for grouped in GROUPED.findall(text):
        assert {label.strip() for label in grouped.split(",")} <= labels, where
    for name, label in LABEL_VALUES.findall(text):
        assert label in known[name], where


def test_the_dashboard_shows_every_metric_that_can_be_shown() -> None:
    text = " ".join(text for _, text in EXPRESSIONS)
    stems = {re.sub(r"_(total|created|bucket|count|sum)$", "", name) for name in labels_by_metric()}
    spared = {"decisions", "deadlines_passed", "replayed_runs", "runs_rescued", "schedule_firings"}

    assert {stem for stem in stems if stem not in text} == {f"tieline_{name}" for name in spared}


def test_every_rule_says_whom_it_wakes_and_why() -> None:
    rules: Any = yaml.safe_load((DEPLOY / "prometheus/alerts.yml").read_text(encoding="utf-8"))
    for rule in (rule for group in rules["groups"] for rule in group["rules"]):
        assert rule["labels"]["severity"] in {"page", "ticket"}, rule["alert"]
        assert rule["annotations"]["summary"], rule["alert"]


def test_the_unit_sets_only_what_is_a_setting() -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    text = (DEPLOY / "systemd/tieline.service").read_text(encoding="utf-8")
    unit.read_string(text)
    names = re.findall(r"^Environment=TIELINE_([A-Z_]+)=", text, re.MULTILINE)

    assert names
    assert {name.lower() for name in names} <= Settings.model_fields.keys()
    assert unit["Service"]["ExecStart"].endswith("tieline serve")
