"""Asked path: a path as an author wrote it comes in; the place on the system that it names, or
what to write instead, goes out."""

import re

from tieline.model.base.errors import ArgumentRefused

_PLACE = re.compile(r"\{\w+\}")
_ABSOLUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")


def asked_path(path: str, base_url: str, *, is_template: bool) -> str:
    """*path* behind *base_url*, as it names the operation. Raises ArgumentRefused.

    A whole URL of the same system, such as a page's ``next``, is the path in it.
    """
    if _is_plain(path) and (is_template or "{" not in path):
        return path
    if _ABSOLUTE.match(path):
        path = _behind(path, base_url)
    if not path.startswith("/"):
        raise ArgumentRefused(
            f"path {_shown(path)!r} begins without a slash; write {_slashed(path)!r}"
        )
    if "#" in path:
        raise ArgumentRefused(
            f"path {path.partition('#')[0] + '#…'!r} has a '#', and what stands behind it is "
            "never sent; write %23, or give the value with values="
        )
    if not is_template and (place := _PLACE.search(path)):
        raise ArgumentRefused(
            f"path {_shown(path)!r} has the place {place[0]}, and no value for it; give values="
            "{'" + place[0][1:-1] + "': …}"
        )
    return path


def _is_plain(path: str) -> bool:
    """What nearly every path is: nothing more need be looked at."""
    return path[:1] == "/" and path[:2] != "//" and "#" not in path


def _behind(url: str, base_url: str) -> str:
    path = url.removeprefix(base_url)
    if not base_url or path == url or (path and path[0] not in "/?"):
        origin = url.split("/")[2].rpartition("@")[2]
        raise ArgumentRefused(
            f"path is a URL of {origin!r}, and this connection calls {base_url!r}; connect that "
            "system with a base_url of its own"
        )
    return path if path.startswith("/") else f"/{path}"


def _shown(path: str) -> str:
    """Without its query, which may have what nobody shall read."""
    return path.partition("?")[0]


def _slashed(path: str) -> str:
    return f"/{_shown(path)}"
