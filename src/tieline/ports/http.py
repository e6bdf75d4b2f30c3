"""HttpClient: one request goes out, a complete answer or a typed failure comes back."""

from typing import Protocol

from tieline.model.calls.call import HttpAnswer, HttpRequest


class HttpClient(Protocol):
    """The role of whoever speaks HTTP for us.

    Promises: a request is put on the wire at most once (no silent resend, whatever the method);
    ``CallFailed.delivered`` is NO only if not one byte of the request can have reached the other
    side; ``timeouts.total`` bounds the whole call, ``timeouts.connect`` look-up, connect and TLS;
    every address really connected to was checked against ``request.egress``; the decoded body
    never exceeds ``max_answer_bytes``; redirects are followed only for GET and HEAD, at most
    ``max_redirects``, each hop checked again, credentials dropped when the origin changes;
    TLS certificates are always verified; no proxy is taken from the environment; a header that
    contains CR, LF or NUL is refused before sending.
    Not promised: HTTP/2, proxies, cookies, streaming.
    """

    async def send(self, request: HttpRequest) -> HttpAnswer:
        """Send *request* and return the answer, whatever its status. Raises CallFailed."""
        ...

    async def close(self) -> None:
        """Close every connection; sends in flight fail as BROKEN."""
        ...
