"""Stories: the one search box, and what happened to one thing."""

from pydantic import Field

from tieline.model.views.work_lists import Find, Match
from tieline.operations.story import Story, story
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import (
    LONGEST,
    Listed,
    Listing,
    in_order,
)


class MatchQuery(Listing):
    """What is searched for."""

    q: str = Field(min_length=1, max_length=LONGEST, description="An id, a business key, …")


class StoryQuery(ApiBody):
    """Whose story."""

    about: str = Field(
        min_length=1, max_length=LONGEST, description="Any id, or a business name: order:84219."
    )
    tenant: str | None = Field(
        None, max_length=LONGEST, description="Whose, where several tenants have one of this name."
    )


async def list_matches(ask: ApiRequest) -> Listed[Match]:
    """What is known under a text, best first."""
    return in_order(ask, await ask.parts.views.read(Find(ask.query.q)))


async def tell_story(ask: ApiRequest) -> Story:
    """Everything that happened to one thing, in plain words."""
    return await story(ask.parts.views, ask.query.about, tenant=ask.query.tenant)


_SEARCH = Permission.SEARCH
ENDPOINTS = (
    Endpoint("GET", "/matches", _SEARCH, "Find by any id or business key", list_matches,
             Listed[Match], query=MatchQuery),
    Endpoint("GET", "/stories", _SEARCH, "Tell the story of one thing", tell_story, Story,
             query=StoryQuery, problems=("not-found", "refused")),
)  # fmt: skip
