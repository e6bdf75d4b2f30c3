"""Origin: a request comes in; whether a page of this console sent it, and from where, goes out."""

from urllib.parse import urlsplit

from starlette.requests import Request

from tieline.surfaces.web.problem import Problem
from tieline.surfaces.web.request_limits import FORMS, host_name


def check_same_site(request: Request) -> None:
    """Raises Problem for a request that the browser says comes from elsewhere.

    A page that must not tell its own address, such as an invitation, sends ``Origin: null``; the
    browser's word that it is of the same origin (Sec-Fetch-Site, Fetch Metadata) then decides.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    is_ours = origin is None or _is_of(origin, request.headers.get("host", ""))
    if origin == "null" and site == "same-origin":
        is_ours = True
    if site not in {"same-origin", "none", None} or not is_ours:
        raise Problem("cross-site", "the request comes from another site")


def _is_of(origin: str, host: str) -> bool:
    """Whether *origin* is the page that *host* serves; a proxy may have changed the port."""
    try:
        parts = urlsplit(origin)
        name, port = parts.hostname, parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or name is None or name != host_name(host):
        return False
    return port is None or str(port) == host.rpartition(":")[2]


async def form_token(request: Request) -> str:
    """The field ``csrf`` of a form; empty when there is none."""
    if not request.headers.get("content-type", "").startswith(FORMS):
        return ""
    await request.body()  # kept in the request: the route reads it once more
    async with request.form(max_files=0) as form:
        value = form.get("csrf", "")
    return value if isinstance(value, str) else ""


def address_of(request: Request) -> str:
    """Where the connection comes from; behind a proxy that is the proxy."""
    return "" if request.client is None else request.client.host
