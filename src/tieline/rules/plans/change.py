"""Change: a plan and the same one made again come in; what has changed between them goes out."""

import re
from collections.abc import Iterator, Mapping

from tieline.model.plans.plan import Plan

_FORM = re.compile(r"(\d{1,9})-(\d{1,9})-(\d{1,9})-(\d{1,9})-([0-9a-f]{16})")


def fingerprint(plan: Plan, digest: str) -> str:
    """What a plan counts, and the *digest* of the things that it counts: short enough to be typed,
    and enough to say later in which way it has changed."""
    left = sum(one.count for one in plan.left_out)
    return f"{plan.found}-{plan.would}-{left}-{plan.effects}-{digest}"


def changed_since(before: str, now: Plan) -> tuple[str, ...]:
    """What is different *now* from the plan that had the fingerprint *before*."""
    if before == now.fingerprint:
        return ()
    was, is_now = _FORM.fullmatch(before), _FORM.fullmatch(now.fingerprint)
    if was is None or is_now is None:
        return (f"{before[:80]!r} is no fingerprint of a plan",)
    names = (f"{now.noun}s found", "would do", "left out", "effects that happened")
    counts = zip(names, was.groups(), is_now.groups(), strict=False)
    told = tuple(f"{name}: {n}, not {m}" for name, m, n in counts if m != n)
    return told or (_others(now),)


def changes(before: Plan, now: Plan) -> tuple[str, ...]:
    """What is different *now*, a sentence each; nothing if it would do the same to the same."""
    if (before.action, before.repeats_effects) != (now.action, now.repeats_effects):
        return (f"it was a plan to {_order(before)}, and this is one to {_order(now)}",)
    if (before.fingerprint, before.exact) == (now.fingerprint, now.exact):
        return ()
    told = (*_found(before, now), *_does(before, now), *_left_out(before, now))
    told = (*told, *_effects(before, now))
    return told or (_others(now),)


def _others(now: Plan) -> str:
    return f"as many as before, but not the same {now.noun}s"


def _order(plan: Plan) -> str:
    return f"{plan.action}, repeating side effects" if plan.repeats_effects else plan.action


def _found(before: Plan, now: Plan) -> Iterator[str]:
    if (before.found, before.exact) != (now.found, now.exact):
        yield f"finds {_least(now)}{now.found} {now.noun}s, not {_least(before)}{before.found}"


def _least(plan: Plan) -> str:
    return "" if plan.exact else "at least "


def _does(before: Plan, now: Plan) -> Iterator[str]:
    was = {one.does: one.count for one in before.does}
    yield from _told(was, {one.does: one.count for one in now.does}, "{name}: {now}, not {was}")


def _left_out(before: Plan, now: Plan) -> Iterator[str]:
    was = {one.why: one.count for one in before.left_out}
    is_now = {one.why: one.count for one in now.left_out}
    yield from _told(was, is_now, "left out: {now}, not {was}: {name}")


def _effects(before: Plan, now: Plan) -> Iterator[str]:
    if before.effects != now.effects:
        yield f"effects that happened: {now.effects}, not {before.effects}"


def _told(was: Mapping[str, int], is_now: Mapping[str, int], words: str) -> Iterator[str]:
    for name in sorted({*was, *is_now}):
        before, now = was.get(name, 0), is_now.get(name, 0)
        if before != now:
            yield words.format(name=name, now=now, was=before)
