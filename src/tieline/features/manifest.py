"""Manifest: what a feature adds to the hub, as one value that only the composition reads.

Nothing registers itself. ``compose/features.py`` lists the features, and derives from the list what
the store, the control socket, the API, the command line and the console know of them. What costs
time to import (frameworks, pages) stands behind a function, which is called by who needs it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from tieline.adapters.sql.hooks import NO_HOOKS, CommitHooks
from tieline.adapters.sql.reading.find import Finds
from tieline.adapters.sql.statement import Steps
from tieline.model.command import Command, OperatorCommand, name_of
from tieline.model.fleet.role import ProcessRole
from tieline.model.hub.flow import HubSpec
from tieline.model.plans.plan import Plan
from tieline.model.question import Question
from tieline.model.runs.facts import DecisionMade
from tieline.model.views.inbox import InboxBatch, InboxCount, InboxPart
from tieline.model.views.views import Page
from tieline.operations.finding import Check
from tieline.operations.planning import PlanParts
from tieline.pipeline.admit import Admitter
from tieline.pipeline.hooks import PathHooks
from tieline.pipeline.upkeep.peers import Peers
from tieline.ports.caller import Caller, Prober
from tieline.ports.clock import Clock
from tieline.ports.crash_points import Reach
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.ports.tenants import TenantBook
from tieline.ports.views import Views
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    from asyncio import Event

    import typer

    from tieline.surfaces.api.endpoint import ApiRequest, Endpoint
    from tieline.surfaces.console.frame import Pages
    from tieline.surfaces.web.authorize import Authenticator
    from tieline.surfaces.web.parts import WebParts

C = TypeVar("C", bound=Command[Any])
Q = TypeVar("Q", bound=Question[Any])


def facts_of(command: OperatorCommand[Any]) -> DecisionMade:
    """What observers are told of *command*: its name, and the thing that it is about."""
    subject = getattr(command, "run_id", None) or getattr(command, "id", None)
    by = command.by
    return DecisionMade(name_of(type(command)), str(subject or "-"), by.actor, by.reason)


@dataclass(frozen=True, slots=True)
class Hooked(Generic[C]):
    """A storage step of the engine in which features take part."""

    step: Callable[[C, CommitHooks], Steps[Any]]


@dataclass(frozen=True, slots=True)
class PlannedBy(Generic[C]):
    """How an action is planned before it is ordered."""

    question: type[Question[Plan]]
    of: Callable[[C], Question[Plan]]
    """Makes the question of a command, whoever it is by."""


@dataclass(frozen=True, slots=True)
class Handles(Generic[C]):
    """A command, who may order it, and the storage step that does it.

    One that people may order (an ``OperatorCommand``) is an *action*: the command line, the API,
    forms and documents read it from here.
    """

    command: type[C]
    step: Callable[[C], Steps[Any]] | Hooked[C]
    needs: Permission | None = None
    """What a person needs to order it; None: it is the hub's own."""
    call: str = ""
    """The POST of the API that orders it, behind ``/api/v1``, with fields of the command in braces:
    how the command line orders it of a hub elsewhere. Empty: there it is ordered in another way."""
    about: str = ""
    """What the first field in braces names, if that is not the path's own noun."""
    body: Callable[[C], Mapping[str, Any]] | None = None
    """What goes into the call beside the reason; None: the fields that are not in its path."""
    beside_store: Callable[[C], str] | None = None
    """Says why it can never be ordered of a hub elsewhere, and what to do instead."""
    plan: PlannedBy[C] | None = None
    """What tells beforehand what it would do: the command line, the API and forms ask it."""
    inverse: type[OperatorCommand[Any]] | None = None
    """What undoes it."""
    facts: Callable[[Any], DecisionMade] = facts_of
    """What observers are told once it is on disk. Read for actions only."""

    def __post_init__(self) -> None:
        """Raises TypeError for an action without permission, or a permission without an action."""
        if issubclass(self.command, OperatorCommand) != (self.needs is not None):
            name = self.command.__name__
            raise TypeError(f"{name}: an OperatorCommand says what it needs, and no other does")

    @property
    def name(self) -> str:
        """As people know it: ``retry-dead``."""
        return name_of(self.command)


@dataclass(frozen=True, slots=True)
class Answers(Generic[Q]):
    """A question, the read that answers it, and who may ask it from elsewhere."""

    question: type[Q]
    read: Callable[[Q], Steps[Any]] | None = None
    """None: the store's file answers it, the hub itself, or what the composition puts together."""
    needs: Permission | None = None
    """What one needs to ask it over the API; None: it is asked in the hub's own process only."""
    one_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The words that a field may have, for one that comes from elsewhere."""
    by_number: bool = False
    """Whether its pages go on behind a line's number instead of an id."""
    by_hub: Callable[["ApiRequest", Q], Awaitable[Any]] | None = None
    """Answers it from what runs, not from what is stored."""
    planner: Callable[[PlanParts, Q], Awaitable[Plan]] | None = None
    """Makes the plan that it asks for."""


class ProcessBase(Protocol):
    """What a process has before its engine is put together."""

    @property
    def hub(self) -> HubSpec:
        """What its author declared."""
        ...

    @property
    def journal(self) -> Journal:
        """Where commands go."""
        ...

    @property
    def views(self) -> Views:
        """Where questions go."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def observer(self) -> Observer:
        """Who is told of facts."""
        ...


class Engine(ProcessBase, Protocol):
    """What a process gives to the loops of features."""

    @property
    def admitter(self) -> Admitter:
        """What makes events, with the runs that they cause."""
        ...

    @property
    def tenants(self) -> TenantBook:
        """Who is known, and who is paused."""
        ...

    @property
    def peers(self) -> Peers:
        """The other processes of the store."""
        ...

    @property
    def caller(self) -> Caller:
        """Who makes calls that belong to no run: guarded, tried once, not remembered."""
        ...

    @property
    def prober(self) -> Prober:
        """Who asks a connection's other side because a person says so."""
        ...

    @property
    def ids(self) -> Ids:
        """New ids."""
        ...

    @property
    def reach(self) -> Reach:
        """The named places where a test may end the process."""
        ...

    def look(self) -> None:
        """There may be work: claim it without waiting for the next look."""
        ...


@dataclass(frozen=True, slots=True)
class Repeats:
    """A loop: one bounded pass, repeated as long as a process is at work."""

    name: str
    pass_: Callable[[], Awaitable[float]]
    """Does one bounded thing and returns how long it may rest, in seconds."""
    role: ProcessRole | None = ProcessRole.SCHEDULER
    """Which processes do it; None: all."""
    once: bool = True
    """By one process at a time, however many there are."""
    wake: "Event | None" = None
    """Ends a rest early."""
    begin: Callable[[], Awaitable[None]] | None = None
    """Awaited by each of these processes once, before anything comes in."""


@dataclass(frozen=True, slots=True)
class InboxFeed:
    """One kind of thing that waits for a person, as the inbox lists it among all others."""

    kind: str
    """A word for filters: ``hold``, ``dead-letter``."""
    part: Callable[[InboxPart], Steps[InboxBatch]]
    """What waits behind a place, the oldest first; by an index, bounded however much waits."""
    count: Callable[[], Steps[InboxCount]]
    """How much waits, counted up to a bound."""


def _none(*_: Any) -> tuple[Any, ...]:
    return ()


def _nothing(*_: Any) -> None:
    return None


class ConsoleNotes(Protocol):
    """Says what people should know who are told where the console is."""

    async def __call__(
        self, parts: "WebParts", address: str, *, is_private: bool
    ) -> tuple[str, ...]:
        """Lines beside *address*, which ends with a slash; no secret but where it is private."""
        ...


Loops = Callable[[Engine], Iterable[Repeats]]


@dataclass(frozen=True, slots=True)
class OnPath:
    """What a feature does on the way of an event in one process."""

    hooks: PathHooks
    loops: Loops = _none
    """What keeps up to date what its hooks know: these may not wait for anything."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One capability of the hub."""

    name: str
    says: str
    """What it is for, in a sentence."""
    needs: tuple[str, ...] = ()
    """Features whose models it reads; the order is without circles."""
    commands: tuple[Handles[Any], ...] = ()
    questions: tuple[Answers[Any], ...] = ()
    loops: Loops = _none
    endpoints: Callable[[], tuple["Endpoint", ...]] = _none
    """Calls of the API."""
    pages: "Callable[[], Pages | None]" = _nothing
    """Routes of the console with their menu, templates and words."""
    authenticator: "Callable[[WebParts], Authenticator] | None" = None
    """Makes what says who sends a request to the console and the API; one feature has it."""
    console_notes: ConsoleNotes | None = None
    """Asked once, when the console has opened."""
    commands_of_people: "Callable[[typer.Typer], None]" = _nothing
    """Adds its nouns and verbs to the command line."""
    beside_store: frozenset[str] = frozenset()
    """Of these, what cannot be done to a hub elsewhere."""
    finds: Mapping[str, Finds] = field(default_factory=dict)
    """What the search finds by an id, by the kind of the id (``model/base/ids.py``); by a name, as
    ``NAME``, which one feature has."""
    known_by: Mapping[str, Callable[[str], Question[Page[Any]]]] = field(default_factory=dict)
    """Lists that may have something of a name that a filter is given, by the filter: the API takes
    such a name even if nothing of it is declared."""
    tables: tuple[str, ...] = ()
    """Tables of the store that are its own; every table is some feature's."""
    facts: tuple[type, ...] = ()
    """What it tells observers, beside decisions of people."""
    commit_hooks: CommitHooks = NO_HOOKS
    """What it adds to the engine's own transactions."""
    on_path: Callable[[ProcessBase], OnPath] | None = None
    """Makes what it does on the way of an event."""
    inbox: tuple[InboxFeed, ...] = ()
    """What of it waits for a person."""
    evidence: tuple[type[Question[Any]], ...] = ()
    """Questions whose answers show that something is in order."""
    checks: tuple[Check, ...] = ()
    """What the doctor looks at beside the store and the work."""
    page_facts: Mapping[str, type[Question[Any]]] = field(default_factory=dict)
    """What it can say on the page of another thing, by the kind of thing."""
