"""Session: the options of one line come in; store, hub and journal are opened as it needs."""

import asyncio
import os
import pwd
import sys
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tieline.model.base.errors import DeclarationError, SettingsError
from tieline.model.commands import By
from tieline.model.hub.flow import HubSpec
from tieline.model.views.declared import AskConnections, AskFlows
from tieline.model.views.views import Page, Question, Window
from tieline.operations.known_names import KINDS, NameParts, advice, declared_names, names_near
from tieline.operations.paging import gather
from tieline.pipeline.admit import Admitter
from tieline.ports.journal import Journal
from tieline.ports.views import Views
from tieline.rules.formats.labels import kind_label, kind_of_label
from tieline.rules.formats.plain_time import moment
from tieline.surfaces.cli.build import Build, CommandTarget
from tieline.surfaces.cli.output import Output

if TYPE_CHECKING:
    from tieline.adapters.remote.client import RemoteAddress, RemoteHub

R = TypeVar("R")
T = TypeVar("T")

MOST_LOOKS = 100
"""Pages that one list looks through before it asks whether to go on."""


@dataclass(frozen=True, slots=True)
class ListSpan:
    """The part of a list, as it was typed."""

    since: str | None
    until: str | None
    cursor: str | None
    limit: int


@dataclass(frozen=True, slots=True)
class CliSession:
    """What every command of one line shares."""

    make_build: Callable[[], Build]
    """Called when something is to be done: making it imports all of the engine."""
    store: str | None
    hub: str | None
    paper: Output
    far: "RemoteAddress | None" = None
    """Instead of a store: a running hub elsewhere."""

    @property
    def build(self) -> Build:
        """The wiring."""
        return self.make_build()

    @property
    def overrides(self) -> dict[str, object]:
        """What was given on the line, as settings."""
        return {"store": self.store, "hub": self.hub}

    def target(self) -> CommandTarget:
        """The store and the hub that are meant, and what goes with them."""
        return self.build.target(self.overrides)

    def now_us(self) -> int:
        """The time."""
        return self.target().clock.now_us()

    def load_hub(self) -> HubSpec:
        """The hub. Raises SettingsError, DeclarationError."""
        return self.build.load_hub(self.overrides)

    def admitter(self) -> Admitter:
        """What turns a recorded event into runs. Raises SettingsError, DeclarationError."""
        return self.build.admitter(self.load_hub(), self.overrides)

    def hub_if_any(self) -> HubSpec | None:
        """The hub, for commands that can do without; one that was named must be sound."""
        if self.far is not None:
            return None  # it knows better there
        if self.hub is not None:
            return self.load_hub()
        try:
            return self.load_hub() if self.may_have_hub() else None
        except (SettingsError, DeclarationError) as error:
            first = str(error).splitlines()[0]
            self.paper.hint(f"the hub is left out, for it cannot be loaded: {first}")
            return None

    def may_have_hub(self) -> bool:
        """Whether there is something to load."""
        if self.far is not None:
            return False
        file = self.target().hub.rpartition(":")[0]
        return self.hub is not None or not file.endswith(".py") or Path(file).is_file()

    # --- reading and writing ------------------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do *work* to its end."""
        return asyncio.run(work)

    def ask(self, question: Question[R]) -> R:
        """One question, one answer."""

        async def read() -> R:
            async with self.views() as views:
                return await views.read(question)

        return self.run(read())

    def pages(self, question_for: Callable[[Window], Question[Page[R]]], window: Window) -> Page[R]:
        """Rows of a list up to the window's limit, over as many pages as that needs."""

        async def read() -> Page[R]:
            async with self.views() as views:
                return await gather(
                    lambda part: views.read(question_for(part)), window, looks=MOST_LOOKS
                )

        return self.run(read())

    def check_name(self, what: str, value: str) -> None:
        """Raises SettingsError for the name of a filter that nothing here carries."""
        stored = kind_of_label(value) if what == "kind" else value
        declared, now_us = self._declared(), self.now_us()

        async def look() -> Collection[str] | None:
            async with self.views() as views:
                parts = NameParts(views, now_us, declared, self.build.known_by)
                return await names_near(parts, what, stored)

        names = self.run(look())
        if names is not None:
            told = {kind_label(name) for name in names} if what == "kind" else names
            wanted = f"nothing here is known by that name; {advice(value, told)}"
            raise SettingsError(f"--{what}", value, wanted)

    def _declared(self) -> dict[str, Collection[str]]:
        """The names that are declared, by filter; none where the hub cannot be loaded."""
        if self.far is not None:
            flows = self.ask(AskFlows())
            return {
                "flow": [line.name for line in flows],
                "source": [line.source for line in flows if line.source is not None],
                "connection": [line.name for line in self.ask(AskConnections())],
                "kind": KINDS,
            }
        hub = self.hub_if_any()
        return {"kind": KINDS} if hub is None else declared_names(hub)

    @asynccontextmanager
    async def views(self) -> AsyncIterator[Views]:
        """The store, for reading."""
        if self.far is not None:
            async with self.hub_there() as hub:
                yield hub
            return
        views = await self.build.open_views(self.target().store)
        try:
            yield views
        finally:
            await views.close()

    @asynccontextmanager
    async def journal(self) -> AsyncIterator[Journal]:
        """The store, for operators' commands."""
        if self.far is not None:
            async with self.hub_there() as hub:
                yield hub
            return
        journal = await self.build.open_journal(self.target().store)
        try:
            yield journal
        finally:
            await journal.close()

    @asynccontextmanager
    async def hub_there(self) -> AsyncIterator["RemoteHub"]:
        """The hub elsewhere."""
        if self.far is None:
            raise SettingsError("--url", "", "give the address of a hub's console")
        hub = await self.build.open_far(self.far)
        try:
            yield hub
        finally:
            await hub.close()

    def there(self, work: Callable[["RemoteHub"], Coroutine[Any, Any, T]]) -> T:
        """Have the hub elsewhere do something."""

        async def done() -> T:
            async with self.hub_there() as hub:
                return await work(hub)

        return self.run(done())

    def console(self) -> str:
        """Where people find the console; ends with a slash."""
        if self.far is not None:
            return self.far.url.rstrip("/") + "/"
        return self.build.console(self.overrides)

    def contract(self, name: str | None) -> str | None:
        """The contract that a payload still has to be held against: a hub elsewhere did it."""
        return None if self.far is not None else name

    def change(self, work: Callable[[Journal], Coroutine[Any, Any, T]]) -> T:
        """Do something to the store."""

        async def done() -> T:
            async with self.journal() as journal:
                return await work(journal)

        return self.run(done())

    def done(self, words: str, **about: object) -> None:
        """Say that a change is on disk."""
        if self.paper.is_json:
            self.paper.json({"done": True, **about})
        else:
            self.paper.say(words)

    # --- people -------------------------------------------------------------------------------

    def by(self, reason: str | None) -> By:
        """Who acts and why; asks for the reason on a terminal. Raises SettingsError without."""
        if not reason and sys.stdin.isatty():
            reason = _asked("Reason (goes into the audit log): ")
        if not reason or not reason.strip():
            wanted = "say why with --reason; it goes into the audit log"
            raise SettingsError("the reason", reason or "", wanted)
        return By(actor(), reason.strip(), self.now_us())

    def confirm(self, question: str, word: str) -> bool:
        """Whether the person at the terminal types *word*; nobody there means no."""
        return sys.stdin.isatty() and _asked(f"{question} Type {word!r} to go on: ") == word

    def window(self, given: ListSpan, *, prefix: str) -> Window:
        """The part of a list that is asked for. Raises SettingsError."""
        now_us = self.now_us()
        if given.cursor is not None and not given.cursor.startswith(prefix):
            raise SettingsError("--cursor", given.cursor, "use one that this very list printed")
        return Window(
            None if given.since is None else moment(given.since, now_us, name="--since"),
            None if given.until is None else moment(given.until, now_us, name="--until"),
            given.cursor,
            given.limit,
        )


def actor() -> str:
    """The user of the operating system; the environment has no say."""
    uid = os.getuid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = f"uid {uid}"
    behind = os.environ.get("SUDO_USER")
    return f"{behind} as {name}" if uid == 0 and behind else name


def _asked(question: str) -> str:
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
