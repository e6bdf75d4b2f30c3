"""The calls of the API of what is counted: how anything went over time."""

from typing import Annotated, Literal

from pydantic import Field

from tieline.model.views.series import ReadSeries, Series
from tieline.rules.formats.plain_time import moment
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST, WHEN
from tieline.surfaces.web.problem import Problem


class SeriesQuery(ApiBody):
    """Which series."""

    kind: Literal["all", "source", "flow", "connection", "issue"] = "all"
    name: str = Field("", max_length=LONGEST)
    since: Annotated[str, Field(pattern=WHEN, max_length=40)] = "1h"
    until: str | None = Field(None, pattern=WHEN, max_length=40)
    step_minutes: int = Field(1, ge=1, le=1440)


async def read_series(ask: ApiRequest) -> Series:
    """How something went over time."""
    q: SeriesQuery = ask.query
    now_us = ask.now_us()
    since_us = moment(q.since, now_us, name="since")
    until_us = now_us if q.until is None else moment(q.until, now_us, name="until")
    if not since_us < until_us:
        words = f"since is {q.since!r}, which is not before until ({q.until or 'now'!r})"
        raise Problem("invalid", f"{words}; use an earlier one")
    step_us = q.step_minutes * 60_000_000
    return await ask.parts.views.read(ReadSeries(q.kind, q.name, since_us, until_us, step_us))


ENDPOINTS = (
    Endpoint("GET", "/series", Permission.READ, "Show how something went over time", read_series,
             Series, query=SeriesQuery),
)  # fmt: skip
