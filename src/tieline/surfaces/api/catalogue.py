"""Catalogue: every call of the API, in the order of the document."""

from tieline.surfaces.api import (
    deciding,
    declared,
    deliveries,
    operations,
    people,
    remote,
    replays,
    runs,
    watching,
)
from tieline.surfaces.api.endpoint import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *watching.ENDPOINTS,
    *deliveries.ENDPOINTS,
    *runs.ENDPOINTS,
    *deciding.ENDPOINTS,
    *replays.ENDPOINTS,
    *operations.ENDPOINTS,
    *declared.ENDPOINTS,
    *people.ENDPOINTS,
    *remote.ENDPOINTS,
)
