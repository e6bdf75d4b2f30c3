"""SystemIds: UUID version 7 (RFC 9562) names, monotonic within the process."""

import random

import uuid_utils

from tieline.model.base.ids import EventId, ReceiptId, ReplayId, RunId, WorkerId


class SystemIds:
    """Ids from the machine's clock and its random source."""

    def receipt(self) -> ReceiptId:
        return ReceiptId("rct_" + uuid_utils.uuid7().hex)

    def event(self) -> EventId:
        return EventId("evt_" + uuid_utils.uuid7().hex)

    def run(self) -> RunId:
        return RunId("run_" + uuid_utils.uuid7().hex)

    def replay(self) -> ReplayId:
        return ReplayId("rpl_" + uuid_utils.uuid7().hex)

    def worker(self) -> WorkerId:
        return WorkerId("wrk_" + uuid_utils.uuid7().hex)

    def trace(self) -> str:
        return uuid_utils.uuid4().hex

    def span(self) -> str:
        return uuid_utils.uuid4().hex[16:]

    def chance(self) -> float:
        return random.random()  # noqa: S311 - jitter, not a secret
