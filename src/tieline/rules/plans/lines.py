"""Lines: a plan comes in; what a person reads of it goes out, the same on every surface."""

from tieline.model.plans.plan import Plan

Line = tuple[str, str]
"""(what it is, what is to be said of it)."""


def lines(plan: Plan) -> tuple[Line, ...]:
    """The plan, line by line."""
    least = "" if plan.exact else "at least "
    found: Line = (f"{plan.noun}s", f"{least}{plan.found}: {plan.chosen}")
    does = [("would do", f"{least}{one.count}: {one.does}") for one in plan.does]
    if not does:
        does = [("would do", "nothing")]
    return (
        found,
        *does,
        *_effects(plan),
        *(("left out", f"{one.count}: {one.why}") for one in plan.left_out),
        *(("warning", one.words) for one in plan.warnings),
    )


def _effects(plan: Plan) -> tuple[Line, ...]:
    if not plan.effects:
        return ()
    what = "would be REPEATED" if plan.repeats_effects else "happened and are not repeated"
    return (("effects", f"{plan.effects} {what}"),)


def sentences(plan: Plan) -> tuple[str, ...]:
    """The same for a form that asks whether it shall be done."""
    least = "" if plan.exact else "at least "
    return (
        *(f"{least}{one.count}: {one.does}." for one in plan.does),
        *(f"{words.capitalize()}: {says}." for words, says in _effects(plan)),
        *(f"Left out: {one.count}: {one.why}." for one in plan.left_out),
        *(f"{one.words[:1].upper()}{one.words[1:]}." for one in plan.warnings),
    )
