"""Status: how a thing stands, for whom it is about."""

from typing import TYPE_CHECKING

from tieline.features.manifest import Answers, Feature
from tieline.features.status import reading
from tieline.features.status.model import ReadStatus
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    from tieline.surfaces.api.endpoint import Endpoint


def _endpoints() -> "tuple[Endpoint, ...]":
    from tieline.features.status import api

    return api.ENDPOINTS


STATUS = Feature(
    name="status",
    says="Tells a product's own pages how a thing stands, in its author's words and nothing else.",
    questions=(Answers(ReadStatus, reading.status, needs=Permission.STATUS),),
    endpoints=_endpoints,
)
