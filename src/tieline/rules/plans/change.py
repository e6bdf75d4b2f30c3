"""Change: a plan and the same one made again come in; what has changed between them goes out."""

from collections.abc import Iterator, Mapping

from tieline.model.plans.plan import Plan


def changes(before: Plan, now: Plan) -> tuple[str, ...]:
    """What is different *now*, a sentence each; nothing if it would do the same to the same."""
    if _is_same(before, now):
        return ()
    if (before.action, before.repeats_effects) != (now.action, now.repeats_effects):
        return (f"it was a plan to {_order(before)}, and this is one to {_order(now)}",)
    told = (*_found(before, now), *_does(before, now), *_left_out(before, now))
    told = (*told, *_effects(before, now))
    return told or (f"as many as before, but not the same {now.noun}s",)


def _is_same(before: Plan, now: Plan) -> bool:
    orders = (before.action, before.repeats_effects) == (now.action, now.repeats_effects)
    return orders and before.fingerprint == now.fingerprint and before.exact == now.exact


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
