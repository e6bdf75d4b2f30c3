"""Redirect: a request and how to send it come in; the answer at the end of its hops goes out."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urljoin

from tieline.model.base.errors import CallFailed
from tieline.model.base.failure import Delivered, FailureKind
from tieline.model.calls.call import HttpAnswer, HttpRequest
from tieline.rules.outbound.target import RequestTarget, parse_url

_STATUSES = frozenset({301, 302, 303, 307, 308})
_METHODS = frozenset({"GET", "HEAD"})
_TO_ANY_ORIGIN = frozenset({"accept", "accept-charset", "accept-language", "user-agent"})
"""The only headers another origin gets: a credential can hide in any other."""
_NOT_VISIBLE_ASCII = re.compile(r"[^\x21-\x7e]|\\")


async def follow(
    request: HttpRequest, send_once: Callable[[HttpRequest], Awaitable[HttpAnswer]]
) -> HttpAnswer:
    """Send *request* and follow its redirects as far as it allows. Raises CallFailed."""
    answer = await send_once(request)
    if request.method not in _METHODS:
        return answer
    for _ in range(request.max_redirects):
        location = answer.header("location")
        if answer.status not in _STATUSES or location is None:
            break
        try:
            request = next_request(request, location)
            answer = await send_once(request)
        except CallFailed as failure:
            # The first server has seen its request, whatever became of this hop.
            raise _after_a_hop(failure) from failure
    return answer


def next_request(request: HttpRequest, location: str) -> HttpRequest:
    """What is sent to *location*. Raises CallFailed if it may not be followed."""
    here = parse_url(request.url)
    there = _target(here, location)
    if (here.origin.scheme, there.origin.scheme) == ("https", "http"):
        raise _refused("it leaves TLS")
    if here.origin.text == there.origin.text:
        return replace(request, url=there.url)
    headers = tuple(pair for pair in request.headers if pair[0].lower() in _TO_ANY_ORIGIN)
    return replace(request, url=there.url, headers=headers, body=b"")


def _target(here: RequestTarget, location: str) -> RequestTarget:
    if _NOT_VISIBLE_ASCII.search(location):
        raise _refused("its Location has a space, backslash, control or non-ASCII character")
    try:
        return parse_url(urljoin(here.url, location))
    except ValueError as error:
        raise _refused(f"its Location is no URL: {error}") from error
    except CallFailed as failure:
        if failure.kind is FailureKind.BLOCKED:
            raise
        raise _refused(failure.detail) from failure


def _refused(why: str) -> CallFailed:
    detail = f"the answer is a redirect that may not be followed: {why}"
    return CallFailed(FailureKind.REDIRECTED, Delivered.YES, detail)


def _after_a_hop(failure: CallFailed) -> CallFailed:
    if failure.delivered is not Delivered.NO:
        return failure
    return CallFailed(failure.kind, Delivered.YES, f"after a redirect: {failure.detail}")
