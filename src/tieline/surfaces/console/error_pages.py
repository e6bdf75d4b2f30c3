"""Error pages: what went wrong, for people, inside the console's frame or outside it."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tieline.surfaces.console.page_parts import PageParts, is_part
from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.viewer import viewer_if_any

WORDS = {
    "Not Found": "There is no page at this address",
    "Method Not Allowed": "This address does not take that",
}
DO: Mapping[str, str] = {
    "not-found": "It may have been forgotten by retention, or the address has a mistake in it.",
    "forbidden": "Ask an administrator for a role that may.",
    "cross-site": "Open the page again, and try once more.",
    "internal": "The hub goes on; its log has the details.",
    "store": "Nothing that was accepted is lost. Try again in a moment.",
    "store-full": "Nothing that was accepted is lost. Free some space on the store's disk.",
    "overloaded": "Try again in a moment.",
    "too-many": "Wait a little, then try again.",
}


class ErrorPages:
    """Draws them."""

    def __init__(self, desk: PageParts) -> None:
        self._desk = desk

    def error(self, request: Request, problem: Problem) -> Response:
        """What went wrong, and what to do; for people."""
        words = WORDS.get(problem.detail, problem.detail)
        view: dict[str, Any] = {
            "title": problem.kind.title,
            "words": words[:1].upper() + words[1:] + ("" if words.endswith(".") else "."),
            "do": DO.get(problem.code, ""),
            "code": problem.code,
        }
        view |= {"number": problem.kind.status, "back": "/", "back_name": "To the start page"}
        if problem.code in {"forbidden", "not-found"}:
            view |= {"back": "/story", "back_name": "To the search"}
        if problem.code == "unauthenticated":
            view |= {"back": "/login", "back_name": "Log in"}
        status = problem.kind.status
        if is_part(request):
            answer = self._desk.outside(request, "error_part.html", status=status, **view)
        elif viewer_if_any(request) is not None:
            answer = self._desk.framed(request, "error.html", status=status, **view)
        else:
            view["frame"] = "gate.html"
            answer = self._desk.outside(request, "error.html", status=status, **view)
        answer.headers.update(problem.headers)
        return answer
