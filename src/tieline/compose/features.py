"""The features of the hub, and what is derived from their manifests: no other list names them."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tieline.adapters.control import wire
from tieline.adapters.remote.bounds import Bounds
from tieline.adapters.remote.orders import Order, Orders
from tieline.adapters.remote.questions import Asked, Questions
from tieline.adapters.sql.catalogue import Catalogue
from tieline.adapters.sql.hooks import merged
from tieline.features.access.feature import ACCESS
from tieline.features.alerts.feature import ALERTS
from tieline.features.decisions.feature import DECISIONS
from tieline.features.engine.feature import ENGINE
from tieline.features.fleet.feature import FLEET
from tieline.features.flows.feature import FLOWS
from tieline.features.issues.feature import ISSUES
from tieline.features.manifest import Answers, Feature, Handles
from tieline.features.overview.feature import OVERVIEW
from tieline.features.quarantine.feature import QUARANTINE
from tieline.features.records.feature import RECORDS
from tieline.features.replays.feature import REPLAYS
from tieline.features.schedules.feature import SCHEDULES
from tieline.features.sources.feature import SOURCES
from tieline.model.command import OperatorCommand
from tieline.model.runs.facts import Decided
from tieline.surfaces.cli.main import Vocabulary

if TYPE_CHECKING:
    from tieline.surfaces.api.endpoint import Endpoint
    from tieline.surfaces.console.frame import Pages

FEATURES: tuple[Feature, ...] = (
    OVERVIEW,
    RECORDS,
    ISSUES,
    DECISIONS,
    QUARANTINE,
    ALERTS,
    REPLAYS,
    FLOWS,
    SOURCES,
    SCHEDULES,
    FLEET,
    ACCESS,
    ENGINE,
)
"""In the order in which people meet them: of the menu, the help, and the API's document."""


def commands() -> Iterator[Handles[Any]]:
    """Every command of every feature."""
    return (one for feature in FEATURES for one in feature.commands)


def actions() -> Iterator[Handles[Any]]:
    """Those that people may order."""
    return (one for one in commands() if one.needs is not None)


def questions() -> Iterator[Answers[Any]]:
    """Every question of every feature."""
    return (one for feature in FEATURES for one in feature.questions)


CATALOGUE = Catalogue(
    commands={one.command: one.step for one in commands()},
    questions={one.question: one.read for one in questions() if one.read is not None},
    hooks=merged([feature.commit_hooks for feature in FEATURES]),
)
"""What a store can do."""

ORDERS: Orders = {
    one.command: Order(one.call, one.about, one.body, one.beside_store) for one in actions()
}
"""How a person's command is ordered of a hub elsewhere."""

CONTROLLED: wire.Orders = {one.name: one.command for one in actions()}
"""What may be ordered over the control socket."""

QUESTIONS: Questions = {
    one.question.__name__: Asked(one.question, one.needs, Bounds(one.one_of, one.by_number))
    for one in questions()
    if one.needs is not None
}
"""What may be asked from elsewhere."""

ANSWERED_BY_HUB = {one.question: one.by_hub for one in questions() if one.by_hub is not None}
"""The questions that are about what runs."""

CHECKS = tuple(check for feature in FEATURES for check in feature.checks)
"""What the doctor looks at beside the store and the work."""

VOCABULARY = Vocabulary(
    tuple(feature.commands_of_people for feature in FEATURES),
    frozenset().union(*(feature.beside_store for feature in FEATURES)),
)
"""The nouns and verbs of the command line."""


def facts_of(command: OperatorCommand[Any]) -> Decided:
    """What observers are told of a person's *command* that is on disk."""
    return _FACTS[type(command)](command)


_FACTS = {one.command: one.facts for one in actions()}


def endpoints() -> tuple["Endpoint", ...]:
    """Every call of the API. Imports the frameworks of the web."""
    return tuple(one for feature in FEATURES for one in feature.endpoints())


def pages() -> tuple["Pages", ...]:
    """What every feature adds to the console. Imports the frameworks of the web."""
    made = (feature.pages() for feature in FEATURES)
    return tuple(one for one in made if one is not None)
