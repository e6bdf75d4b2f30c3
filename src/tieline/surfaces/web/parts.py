"""Parts: what the pages and the API work with, handed in by the wiring."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tieline.adapters.remote.questions import Questions
from tieline.model.base.ids import Micros
from tieline.model.command import OperatorCommand
from tieline.model.hub.flow import HubSpec
from tieline.model.plans.plan import Plan
from tieline.model.question import Question
from tieline.model.views.gauges import GuardGauges
from tieline.model.views.views import Page
from tieline.operations.planning import PlanParts, Plans
from tieline.pipeline.admit import Admitter
from tieline.ports.clock import Clock
from tieline.ports.ids import Ids
from tieline.ports.journal import Journal
from tieline.ports.observer import Observer
from tieline.ports.secrecy import Secrecy
from tieline.ports.vault import Vault
from tieline.ports.views import Views

A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class WebPolicy:
    """What the settings say of the console's address."""

    hosts: frozenset[str] = frozenset()
    """Names, in small letters and without port, under which the console may be called; addresses
    and ``localhost`` always may."""
    is_secure: bool = False
    """Whether browsers reach it over TLS, here or at a proxy in front."""
    is_proxied: bool = False
    """Whether requests may come through a proxy, so that a loopback peer proves nothing."""


def no_guards(_: Micros) -> Sequence[GuardGauges]:
    """A process without workers makes no calls."""
    return ()


def nobody() -> str | None:
    """Where there is nobody who could lock anything."""
    return None


def nothing_unwritten() -> str | None:
    """A part of a hub that writes nothing."""
    return None


async def no_trouble() -> str | None:
    """A part of a hub that takes nothing and writes nothing."""
    return None


@dataclass(frozen=True, slots=True)
class WebParts:
    """What a running hub shows, and what carries out what people order."""

    hub: HubSpec
    journal: Journal
    views: Views
    admitter: Admitter
    after: Callable[[OperatorCommand[Any]], None]
    """To be called with an operator's command that is on disk: the hub reacts at once."""
    clock: Clock
    ids: Ids
    vault: Vault
    observer: Observer
    secrecy: Secrecy
    metrics: Callable[[], tuple[bytes, str]] | None = None
    """The numbers for machines, and their media type; called in a thread. None: nobody counts."""
    status: Callable[[], dict[str, Any]] = dict
    """What this process says of itself."""
    blocked: Callable[[], str | None] = nobody
    """Why the store keeps commands of this process waiting for a lock; None: it does not."""
    guards: Callable[[Micros], Sequence[GuardGauges]] = no_guards
    """How the connections stand in this process."""
    unwritten: Callable[[], str | None] = nothing_unwritten
    """Why the last transaction of this process could not be stored; None: it was."""
    trouble: Callable[[], Awaitable[str | None]] = no_trouble
    """What keeps this process from taking deliveries now, in a sentence."""
    questions: Questions = field(default_factory=dict)
    """What may be asked from elsewhere, by name."""
    answered_by_hub: Mapping[type[Question[Any]], Callable[[Any, Any], Awaitable[Any]]] = field(
        default_factory=dict
    )
    """What answers the questions that are about what runs; given the request, and the question."""
    known_by: Mapping[str, Sequence[Callable[[str], Question[Page[Any]]]]] = field(
        default_factory=dict
    )
    """Lists that may have something of a name which is not declared, by the name of the filter."""
    plans: Plans = field(default_factory=Plans)
    """How actions are planned before they are ordered."""
    policy: WebPolicy = WebPolicy()
    clean: Callable[[str], str] | None = None
    """Takes every secret that the hub knows, or knew, out of a text. None: one is made."""

    async def plan(self, question: Question[Plan]) -> Plan:
        """The plan that *question* asks for. Changes nothing. Raises CommandRefused."""
        parts = PlanParts(self.views, lambda: self.admitter, self.clock.now_us())
        return await self.plans.made(question, parts)

    async def plan_of(self, command: OperatorCommand[Any]) -> Plan:
        """What *command* would do, were it ordered now."""
        return await self.plan(self.plans.question(command))

    async def carry_out(self, command: OperatorCommand[A]) -> A:
        """Commit an operator's *command*, then let the hub react. Raises as the journal does."""
        answer = await self.journal.commit(command)
        self.after(command)
        return answer
