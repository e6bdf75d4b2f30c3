"""The features of the hub, and what is derived from their manifests: no other list names them."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tieline import features
from tieline.adapters.control import wire
from tieline.adapters.remote.api_calls import Orders, RemoteCommand
from tieline.adapters.remote.question_limits import QuestionLimits
from tieline.adapters.remote.questions import Questions, RemoteQuestion
from tieline.adapters.sql.catalogue import Catalogue, Step
from tieline.adapters.sql.hooks import CommitHooks, merged
from tieline.adapters.sql.reading import find as search
from tieline.features.access.feature import ACCESS
from tieline.features.account.feature import ACCOUNT
from tieline.features.alerts.feature import ALERTS
from tieline.features.audit.feature import AUDIT
from tieline.features.decisions.feature import DECISIONS
from tieline.features.engine.feature import ENGINE
from tieline.features.fleet.feature import FLEET
from tieline.features.flows.feature import FLOWS
from tieline.features.inbox import reading as inbox
from tieline.features.inbox.feature import INBOX
from tieline.features.inbox.model import CountInbox, ListInbox
from tieline.features.issues.feature import ISSUES
from tieline.features.manifest import Answers, Feature, Handles, Hooked
from tieline.features.overview.feature import OVERVIEW
from tieline.features.probes.feature import PROBES
from tieline.features.quarantine.feature import QUARANTINE
from tieline.features.records.feature import RECORDS
from tieline.features.replays.feature import REPLAYS
from tieline.features.schedules.feature import SCHEDULES
from tieline.features.sources.feature import SOURCES
from tieline.features.status.feature import STATUS
from tieline.features.tenants.feature import TENANTS
from tieline.model.base.by import By
from tieline.model.command import Command, OperatorCommand, name_of
from tieline.model.people.decisions import KeepRefusal
from tieline.model.plans.plan import Plan
from tieline.model.question import Question
from tieline.model.runs.facts import DecisionMade
from tieline.model.views.work_lists import Find
from tieline.operations.planning import Plans
from tieline.surfaces.cli.main import FeatureCommands

if TYPE_CHECKING:
    from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.web.authorize import Authenticator
    from tieline.surfaces.web.parts import WebParts

LONGEST_REASON = 500
"""Of a refusal in the audit log."""

FEATURES: tuple[Feature, ...] = (
    OVERVIEW,
    INBOX,
    RECORDS,
    ACCOUNT,
    STATUS,
    ISSUES,
    DECISIONS,
    QUARANTINE,
    ALERTS,
    REPLAYS,
    FLOWS,
    PROBES,
    SOURCES,
    SCHEDULES,
    TENANTS,
    FLEET,
    AUDIT,
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


def facts_of(command: OperatorCommand[Any]) -> DecisionMade:
    """What observers are told of a person's *command* that is on disk."""
    return _FACTS[type(command)](command)


def refusal_of(command: Command[Any], error: Exception) -> KeepRefusal | None:
    """What is kept of a person's *command* that made no sense where it came to."""
    if not isinstance(command, OperatorCommand) or type(command) not in _FACTS:
        return None
    reason = f"{command.by.reason}; rejected: {error}"[:LONGEST_REASON]
    by = By(command.by.actor, reason, command.by.at_us)
    return KeepRefusal(by, name_of(type(command)), facts_of(command).subject)


_FACTS = {one.command: one.facts for one in actions()}


def catalogue(features: Sequence[Feature]) -> Catalogue:
    """What a store can do with these *features*."""
    hooks = merged([feature.commit_hooks for feature in features])
    finds = {kind: one for feature in features for kind, one in feature.finds.items()}
    feeds = [feed for feature in features for feed in feature.inbox]
    asked = [one for feature in features for one in feature.questions]
    return Catalogue(
        commands={
            one.command: _step(one, hooks) for feature in features for one in feature.commands
        },
        questions={
            Find: partial(search.find, also=finds),
            ListInbox: partial(inbox.listed, feeds=feeds),
            CountInbox: partial(inbox.counted, feeds=feeds),
            **{one.question: one.read for one in asked if one.read is not None},
        },
        hooks=hooks,
        refusal=refusal_of,
    )


def _step(one: Handles[Any], hooks: CommitHooks) -> Step:
    if isinstance(one.step, Hooked):
        hooked = one.step.step
        return lambda command: hooked(command, hooks)
    return one.step


CATALOGUE = catalogue(FEATURES)
"""What the store of a hub can do."""

ORDERS: Orders = {
    one.command: RemoteCommand(one.call, one.about, one.body, one.beside_store) for one in actions()
}
"""How a person's command is ordered of a hub elsewhere."""

CONTROLLED: wire.Orders = {one.name: one.command for one in actions()}
"""What may be ordered over the control socket."""

QUESTIONS: Questions = {
    one.question.__name__: RemoteQuestion(
        one.question, one.needs, QuestionLimits(one.one_of, one.by_number)
    )
    for one in questions()
    if one.needs is not None
}
"""What may be asked from elsewhere."""

PLANS = Plans(
    {one.command: one.plan.of for one in actions() if one.plan is not None},
    {one.question: one.planner for one in questions() if one.planner is not None},
)
"""How actions are planned before they are ordered."""


async def _planned(ask: "ApiRequest", question: Question[Plan]) -> Plan:
    return await ask.parts.plan(question)


ANSWERED_BY_HUB = {
    **{one.question: one.by_hub for one in questions() if one.by_hub is not None},
    **dict.fromkeys(PLANS.planners, _planned),
}
"""The questions that are about what runs."""

KNOWN_BY = {
    name: tuple(one.known_by[name] for one in FEATURES if name in one.known_by)
    for name in {name for feature in FEATURES for name in feature.known_by}
}
"""Lists that may have something of a name, by the filter that the name is given to."""

CHECKS = tuple(check for feature in FEATURES for check in feature.checks)
"""What the doctor looks at beside the store and the work."""

VOCABULARY = FeatureCommands(
    tuple(feature.commands_of_people for feature in FEATURES),
    frozenset().union(*(feature.beside_store for feature in FEATURES)),
)
"""The nouns and verbs of the command line."""


def endpoints() -> tuple["Endpoint", ...]:
    """Every call of the API. Imports the frameworks of the web."""
    return tuple(one for feature in FEATURES for one in feature.endpoints())


def pages() -> tuple["Pages", ...]:
    """What every feature adds to the console. Imports the frameworks of the web."""
    made = (feature.pages() for feature in FEATURES)
    return tuple(one for one in made if one is not None)


def template_folders() -> list[Path]:
    """Where the templates of the features stand."""
    root = Path(features.__file__).parent
    return [at for one in FEATURES if (at := root / one.name / "templates").is_dir()]


def authenticator(parts: "WebParts") -> "Authenticator":
    """What says who sends a request to the console and the API."""
    (make,) = (one.authenticator for one in FEATURES if one.authenticator is not None)
    return make(parts)


async def console_notes(parts: "WebParts", address: str, *, is_private: bool) -> tuple[str, ...]:
    """What people should know who are told that the console is at *address*."""
    asked = [one.console_notes for one in FEATURES if one.console_notes is not None]
    told = [await notes(parts, address, is_private=is_private) for notes in asked]
    return tuple(line for lines in told for line in lines)
