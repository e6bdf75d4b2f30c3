"""Status call: how a thing stands, for a product's own pages."""

from pydantic import Field

from tieline.features.status.model import ReadStatus, StatusAnswer
from tieline.rules.people.access import Permission
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.api.lists import LONGEST


class StatusQuery(ApiBody):
    """Whose it is."""

    tenant: str | None = Field(
        None, max_length=LONGEST, description="Whose; where several tenants have one of this name."
    )


async def read_status(ask: ApiRequest) -> StatusAnswer:
    """How the thing of this business name stands, in its author's words."""
    q: StatusQuery = ask.query
    return await ask.parts.views.read(ReadStatus(ask.path["kind"], ask.path["key"], q.tenant))


ENDPOINTS = (
    Endpoint("GET", "/status/{kind}/{key}", Permission.STATUS,
             "Say how a thing stands, for whom it is about", read_status, StatusAnswer,
             query=StatusQuery, problems=("not-found", "refused")),
)  # fmt: skip
