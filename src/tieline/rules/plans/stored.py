"""Stored: a plan comes in; the text that is kept of it goes out, and back."""

from dataclasses import asdict, fields, replace
from typing import Any

import orjson

from tieline.model.plans.plan import LeftOut, Plan, PlannedAction, PlanWarning

_PARTS = {"does": PlannedAction, "left_out": LeftOut, "warnings": PlanWarning}


def written(plan: Plan) -> str:
    """All of it but the examples, which need not be kept."""
    does = tuple(replace(one, examples=()) for one in plan.does)
    left_out = tuple(replace(one, examples=()) for one in plan.left_out)
    return orjson.dumps(asdict(replace(plan, does=does, left_out=left_out))).decode()


def read_back(text: str | None) -> Plan | None:
    """The plan of a text; what a later release may have added to it is passed over."""
    if text is None:
        return None
    stored = _known(Plan, orjson.loads(text))
    for name, kind in _PARTS.items():
        parts = [_known(kind, one) for one in stored.get(name, ())]
        stored[name] = tuple(kind(**{**one, **_no_examples(kind)}) for one in parts)
    return Plan(**stored)


def _known(kind: type[Any], given: dict[str, Any]) -> dict[str, Any]:
    names = {one.name for one in fields(kind)}
    return {name: value for name, value in given.items() if name in names}


def _no_examples(kind: type[Any]) -> dict[str, Any]:
    return {} if kind is PlanWarning else {"examples": ()}
