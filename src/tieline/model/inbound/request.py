"""Inbound: a request at the door, and the reply that it is given."""

import orjson

from tieline.model.base.headers import Headers
from tieline.model.base.ids import Micros
from tieline.model.base.value import value
from tieline.model.inbound.signature import SignedDelivery

PROBLEM_TYPE = "application/problem+json"


@value
class Inbound(SignedDelivery):
    """A complete request at the door; what may be a signed delivery, until it is verified."""

    source: str
    """The part behind ``/in/``."""
    remote: str
    received_us: Micros
    tail: str = ""
    """What stands behind the source in the path, without the slash."""
    declared_bytes: int = 0
    """How long its body was said to be, where it was refused before it had come."""


@value
class Reply:
    """What the sender is told."""

    status: int
    headers: Headers
    body: bytes


@value
class RequestProblem:
    """Why a request was not taken, after RFC 9457; *code* is stable, *detail* names the thing."""

    status: int
    code: str
    title: str
    detail: str
    retry_after_s: int | None = None
    headers: Headers = ()
    """Further headers that the status asks for, such as ``allow``."""

    def reply(self, correlation: str) -> Reply:
        """The problem as a reply; says nothing about our inside."""
        document = {
            "type": f"urn:tieline:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "correlation_id": correlation,
        }
        headers: Headers = (("content-type", PROBLEM_TYPE), *self.headers)
        if self.retry_after_s is not None:
            headers = (*headers, ("retry-after", str(self.retry_after_s)))
        return Reply(self.status, headers, orjson.dumps(document))
