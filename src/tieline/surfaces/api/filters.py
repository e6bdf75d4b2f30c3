"""Filters: the names of a query come in; one that nothing here carries is told, with those near."""

from tieline.operations.known_names import FILTERS, NameParts, advice, declared_names, names_near
from tieline.surfaces.api.endpoint import ApiRequest
from tieline.surfaces.web.problem import Problem

LONGEST_SHOWN = 80


async def check_names(ask: ApiRequest) -> None:
    """Raises Problem for a flow, source, connection, tenant or kind that nothing here carries."""
    parts = ask.parts
    looked = NameParts(parts.views, ask.now_us(), declared_names(parts.hub), parts.known_by)
    for name in FILTERS:
        value = getattr(ask.query, name, None)
        names = await names_near(looked, name, value) if isinstance(value, str) else None
        if isinstance(value, str) and names is not None:
            shown = value[:LONGEST_SHOWN]
            raise Problem(
                "invalid", f"{name} is {shown!r}, which is not known; {advice(value, names)}"
            )
