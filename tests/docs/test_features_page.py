"""The page about features is made of their manifests."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tieline.compose.features import FEATURES
from tieline.features.manifest import Feature, Handles
from tieline.model.command import name_of

PAGE = Path(__file__).parents[2] / "docs" / "features.md"
HEAD = """# Features, and what people can order

Made of the manifests (`src/tieline/features/`) by `make regenerate`. An action is ordered by
whoever has the permission: on the command line, over the API, in the console. It takes a reason
and has its line in the audit log. *Undone by* names the action that takes it back.
"""


def page() -> str:
    return "\n".join((HEAD, *(line for feature in FEATURES for line in _section(feature))))


def _section(feature: Feature) -> Iterator[str]:
    yield f"## {feature.name.capitalize()}\n"
    yield f"{feature.says}\n"
    actions = [one for one in feature.commands if one.needs is not None]
    if actions:
        yield "| Action | Needs | Call of the API | Planned by | Undone by |\n|---|---|---|---|---|"
        yield from map(_row, actions)
        yield ""
    asked = [one.question.__name__ for one in feature.questions if one.needs is not None]
    for what, names in (
        ("Asked from elsewhere (`--url`)", asked),
        ("Its tables", feature.tables),
        ("Waits for a person", [one.kind for one in feature.inbox]),
        ("Needs", feature.needs),
    ):
        if names:
            yield f"{what}: {', '.join(f'`{name}`' for name in names)}.\n"


def _row(action: Handles[Any]) -> str:
    call = f"`POST {action.call}`" if action.call else ""
    plan = "" if action.plan is None else f"`{action.plan.question.__name__}`"
    inverse = "" if action.inverse is None else name_of(action.inverse)
    return f"| {action.name} | {action.needs} | {call} | {plan} | {inverse} |"


def test_the_page_about_features_is_current(regenerated: Callable[[Path, str], str]) -> None:
    made = page()

    assert regenerated(PAGE, made) == made
