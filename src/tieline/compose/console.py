"""Wiring of the console: the parts of a process come in; what it serves on the web goes out.

Loaded only by a process that serves the console: the frameworks cost start-up time and memory.
"""

import os
import sys
from functools import partial
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from tieline.adapters.system.ids import SystemIds
from tieline.adapters.system.listening import inherited
from tieline.adapters.system.secrecy import SystemSecrecy
from tieline.compose.features import (
    ANSWERED_BY_HUB,
    KNOWN_BY,
    PLANS,
    QUESTIONS,
    authenticator,
    console_notes,
    endpoints,
    pages,
    template_folders,
)
from tieline.compose.parts import Parts, open_vault
from tieline.compose.readiness import Readiness
from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import Micros
from tieline.model.views.gauges import GuardGauges
from tieline.ports.surface import Surface
from tieline.rules.privacy.open_address import is_exposed
from tieline.settings.settings import Settings
from tieline.surfaces.api.openapi import api_routes
from tieline.surfaces.console.error_pages import ErrorPages
from tieline.surfaces.console.frame import console_routes
from tieline.surfaces.console.page_parts import STATIC, PageParts, environment
from tieline.surfaces.web.app import web_app
from tieline.surfaces.web.parts import WebParts, WebPolicy
from tieline.surfaces.web.server import WebAddress, WebServer


def surfaces(parts: Parts, settings: Settings) -> tuple[Surface, ...]:
    """What a process with the role ``console`` opens, in this order; closed in the reverse one.

    Raises SettingsError for a console that would show its sessions to the network.
    """
    check(settings)
    return (Console(web_parts(parts, settings), settings),)


class Console:
    """The pages, the API, metrics and health, on one address."""

    def __init__(self, parts: WebParts, settings: Settings) -> None:
        place = WebAddress(
            settings.console_host,
            settings.console_at,
            settings.console_cert,
            settings.console_key,
            inherited("console_socket", settings.console_socket),
        )
        self._parts = parts
        self._settings = settings
        self._notes: tuple[str, ...] = ()
        self._server = WebServer(web_pages(parts), place)

    @property
    def port(self) -> int:
        """Where it listens, once it is open."""
        return self._server.port

    def where(self) -> tuple[str, ...]:
        """The address for people; without users, also how the first one gets in."""
        start = address(self._settings, self.port)
        return tuple(f"console: {line}" for line in (start, *self._notes))

    async def open(self) -> None:
        """Listen. Raises SettingsError."""
        await self._server.open()
        start = address(self._settings, self.port)
        # What is printed elsewhere than on a terminal is kept, and often by others.
        self._notes = await console_notes(self._parts, start, is_private=sys.stdout.isatty())

    async def close(self, seconds: float) -> None:
        """Stop within *seconds*."""
        await self._server.close(seconds)


def web_pages(parts: WebParts) -> ASGIApp:
    """Everything that is served on the web, over the parts of a hub."""
    added = pages()
    entries = tuple(entry for one in added for entry in one.menu)
    told = {word: text for one in added for word, text in one.told.items()}
    short_ids = {prefix: kind for one in added for prefix, kind in one.short_ids.items()}
    counted = {name: question for one in added for name, question in one.counted.items()}
    desk = PageParts(parts, environment(template_folders()), entries, told, short_ids, counted)
    routes = [*api_routes(parts, endpoints()), *console_routes(desk, added)]
    return web_app(parts, authenticator(parts), routes, STATIC, ErrorPages(desk).error)


def web_parts(parts: Parts, settings: Settings) -> WebParts:
    """What the pages and the API work with."""
    return WebParts(
        hub=parts.hub,
        journal=parts.journal,
        views=parts.views,
        admitter=parts.admitter,
        after=parts.holds.after,
        clock=parts.clock,
        ids=SystemIds(),
        vault=open_vault(settings, os.environ),
        observer=parts.observer,
        secrecy=SystemSecrecy(),
        metrics=None if parts.telemetry is None else parts.telemetry.render,
        guards=partial(_guards, parts),
        blocked=partial(getattr, parts.journal, "blocked"),
        trouble=Readiness(parts, settings),
        unwritten=lambda: parts.journal.trouble,
        questions=QUESTIONS,
        answered_by_hub=ANSWERED_BY_HUB,
        plans=PLANS,
        known_by=KNOWN_BY,
        policy=policy(settings),
        clean=None if parts.telemetry is None else parts.telemetry.discretion.clean,
    )


def _guards(parts: Parts, now_us: Micros) -> list[GuardGauges]:
    return [parts.calls.guard(spec).gauges(now_us) for spec in parts.hub.connections.values()]


def address(settings: Settings, port: int) -> str:
    """Where people find the console; ends with a slash."""
    if settings.console_url is not None:
        return settings.console_url.rstrip("/") + "/"
    scheme = "http" if settings.console_cert is None else "https"
    host = settings.console_host
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}/"


def check(settings: Settings) -> None:
    """Raises SettingsError for a console that would show its sessions to the network."""
    if (settings.console_cert is None) != (settings.console_key is None):
        missing = "console_key" if settings.console_key is None else "console_cert"
        raise SettingsError(missing, None, "a certificate needs its key; set both or none")
    if settings.console_cert is not None or settings.console_insecure:
        return
    if is_exposed(settings.console_host):
        wanted = (
            "passwords and sessions would cross the network in the clear: set console_cert and "
            "console_key, or listen on 127.0.0.1, or, with a proxy in front that speaks TLS, set "
            "console_insecure = true"
        )
        raise SettingsError("console_host", settings.console_host, wanted)


def policy(settings: Settings) -> WebPolicy:
    """What the web application has to know of its address."""
    url = urlsplit(settings.console_url or "")
    names = {settings.console_host.lower(), *([url.hostname] if url.hostname else [])}
    return WebPolicy(
        hosts=frozenset(names),
        is_secure=settings.console_cert is not None or url.scheme == "https",
        is_proxied=settings.console_url is not None or settings.console_insecure,
    )
