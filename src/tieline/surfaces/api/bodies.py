"""Bodies: what every decision of a person brings, and the journal that it is carried out on."""

from typing import Annotated, Any

from pydantic import Field

from tieline.surfaces.api.endpoint import ApiBody, ApiRequest
from tieline.surfaces.api.faults import NOT_BLANK

Reason = Annotated[
    str,
    Field(min_length=1, max_length=1000, pattern=NOT_BLANK, description="Goes into the audit log."),
]


AsPlanned = Annotated[
    str | None,
    Field(max_length=80, description="Only if it would still do this: a plan's fingerprint."),
]


class Why(ApiBody):
    """What a decision needs."""

    reason: Reason


class NotifyingJournal:
    """The journal as operations use it: the hub reacts to each command at once."""

    def __init__(self, ask: ApiRequest) -> None:
        self.commit: Any = ask.parts.carry_out

    async def close(self) -> None:
        """It is the hub's."""
