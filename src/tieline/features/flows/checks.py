"""Checks of flows: the declared flows come in; what they make anew at each execution goes out."""

from tieline.authoring.anew import made_anew
from tieline.model.hub.flow import FlowSpec
from tieline.operations.finding import CheckParts, Finding, Level

MOST_NAMED = 5


async def of_flows(seen: CheckParts) -> list[Finding]:
    """A finding for each flow that asks for values which its run does not remember."""
    flows = () if seen.hub is None else seen.hub.flows.values()
    return [found for flow in flows if (found := _of_one(flow)) is not None]


def _of_one(flow: FlowSpec) -> Finding | None:
    calls = made_anew(flow.function)
    if not calls:
        return None
    named = ", ".join(f"{one.call} in line {one.line}" for one in calls[:MOST_NAMED])
    more = f", and {len(calls) - MOST_NAMED} more" if len(calls) > MOST_NAMED else ""
    instead = "; ".join(dict.fromkeys(f"{one.call}: write {one.instead}" for one in calls))
    return Finding(
        Level.WARNING,
        f"flow {flow.name!r} makes values anew at each execution ({named}{more}): a step that is "
        "asked for with them has other arguments after a retry, and is held",
        instead,
    )
