"""Answered: an answer comes in; the failure that its status hides, if any, goes out."""

from collections.abc import Callable

from tieline.model.base.failure import FailureKind
from tieline.model.calls.call import Call, HttpAnswer
from tieline.model.hub.connection import Connector, FailedInside
from tieline.rules.outbound.provider_reason import provider_message
from tieline.rules.runs.ending import words


def told_inside(connector: Connector, call: Call, answer: HttpAnswer) -> FailedInside | None:
    """What the connector reads in *answer*, or else what the author says of a 2xx by ``ok=``."""
    if connector.failed_inside is not None:
        said = _read(connector.failed_inside, answer)
        if said is not None:
            return said
    if call.ok is None or not 200 <= answer.status < 300:
        return None
    return _judged(call.ok, answer)


def _read(
    look: Callable[[HttpAnswer], FailedInside | None], answer: HttpAnswer
) -> FailedInside | None:
    try:
        return look(answer)
    except Exception as error:  # noqa: BLE001 - a connector's own code, on what a vendor sent
        reason = f"HTTP {answer.status}, which the connector could not read: {words(error)}"
        return FailedInside(FailureKind.BROKEN, reason)


def _judged(ok: Callable[[HttpAnswer], object], answer: HttpAnswer) -> FailedInside | None:
    try:
        if ok(answer):
            return None
        said = provider_message(answer) or _kind_of(answer)
    except Exception as error:  # noqa: BLE001 - an author's own code, on what a vendor sent
        said = f"{_kind_of(answer)}; {words(error)}"
    reason = f"HTTP {answer.status}, which ok= does not take for a success: {said}"
    return FailedInside(FailureKind.BROKEN, reason)


def _kind_of(answer: HttpAnswer) -> str:
    kind = answer.header("content-type") or "no content type"
    return f"{len(answer.body)} bytes of {kind}"
