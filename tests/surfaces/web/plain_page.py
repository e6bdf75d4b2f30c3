"""Plain page: the texts of a log-in page come in; it goes out without any style or script."""

from collections.abc import Mapping
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tieline.surfaces.web.viewer import viewer_if_any

FORMS = {
    "login": ("Log in", "/login", ("name", "password")),
    "welcome": ("Welcome: choose a password", "", ("name", "password")),
    "account": ("Your password", "/account", ("old", "new")),
}
SECRET = frozenset({"password", "old", "new"})


def plain_page(request: Request, name: str, texts: Mapping[str, str], status: int) -> Response:
    """The page *name* of ``features/access/login.py``."""
    title, action, fields = FORMS[name]
    viewer = viewer_if_any(request)
    hidden = {"next": texts.get("next", ""), "csrf": (viewer and viewer.csrf) or ""}
    filled = {"name": texts.get("name") or texts.get("user", "")}
    inputs = "".join(
        f"<p><label>{field} <input name={field} type={'password' if field in SECRET else 'text'}"
        f' value="{escape(filled.get(field, ""))}" required></label>'
        for field in fields
    )
    kept = "".join(
        f'<input type=hidden name={field} value="{escape(value)}">'
        for field, value in hidden.items()
        if value
    )
    said = escape(texts.get("error", "") or texts.get("done", ""))
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{title} · Tieline</title>"
        f'<main><h1>{title}</h1><p role=alert>{said}</p><form method=post action="{action}">'
        f"{inputs}{kept}<p><button>{title.partition(':')[0]}</button></form></main></html>",
        status,
    )
