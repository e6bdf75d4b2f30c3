"""Tenants: whom a hub works for, as its store knows them; what is asked and ordered of them."""

from dataclasses import dataclass
from typing import ClassVar

from tieline.model.base.by import By
from tieline.model.base.ids import Micros, TenantId
from tieline.model.base.value import value
from tieline.model.command import Command, Counted, OperatorCommand
from tieline.model.hub.tenants import TenantBudget
from tieline.model.question import Question
from tieline.model.views.rows import AuditRow
from tieline.model.views.views import EVERYTHING, Page, Window


@dataclass(frozen=True, slots=True)
class TenantRow:
    """A tenant with how its work stands; one that nobody declared is known by its events."""

    name: TenantId
    declared_us: Micros | None
    """Since when the code names it, as the process that started last said; None: it does not."""
    added_us: Micros | None
    """When somebody added it; None: nobody did."""
    added_by: str | None
    note: str | None
    paused_us: Micros | None
    """Since when its runs wait; None: they do not."""
    paused_by: str | None
    paused_reason: str | None
    paused_until_us: Micros | None
    """When that ends by itself; None: when somebody resumes it."""
    rate_count: int | None
    """Deliveries that it may send within ``rate_us``; None: as the code says."""
    rate_us: int | None
    at_once: int | None
    """None: as the code says."""
    queue: int | None
    """None: as the code says."""
    queued: int
    """Runs that may be executed, or are behind in their lane; every count goes up to 10,000."""
    waiting: int
    """Runs that wait for a time or a thing."""
    running: int
    held: int
    dead: int
    """That wait for a decision."""
    last_us: Micros | None
    """When its latest event was recorded; None: there is none."""


@dataclass(frozen=True, slots=True)
class TenantDetail:
    """One tenant with what people did about it."""

    tenant: TenantRow
    unmatched: int
    """Its events of which no flow took any, counted up to 1,000: they can be replayed."""
    audit: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class ListTenants(Question[Page[TenantRow]]):
    """Tenants by name: declared, added, or with events; ``window.before`` is the last name."""

    window: Window = EVERYTHING
    name: str | None = None
    """Only this one, if it is known."""


@dataclass(frozen=True, slots=True)
class ShowTenant(Question[TenantDetail]):
    """Raises NotFound."""

    name: str


@dataclass(frozen=True, slots=True)
class OwnBudget:
    """What the store says of a tenant, for the book."""

    name: TenantId
    is_added: bool
    is_paused: bool
    paused_until_us: Micros | None
    budget: TenantBudget
    """None in it: as the code says."""


@dataclass(frozen=True, slots=True)
class BookRows:
    """All that a process has to know of tenants beside the path."""

    rows: tuple[OwnBudget, ...]
    queued: tuple[tuple[TenantId, int], ...]
    """Runs that wait, of those that have any."""


@dataclass(frozen=True, slots=True)
class ReadBook(Question[BookRows]):
    """For the book of a process."""

    most: int = 0
    """The largest queue that anybody may have; 0: no queue is counted."""


# --- what people and processes make of them ---------------------------------------------------


@value
class AddTenant(OperatorCommand[Counted]):
    """Make it known: its deliveries are taken. Raises Conflict when it was added before, or when
    nothing can have such a name."""

    name: str
    by: By
    note: str | None = None
    pauses: ClassVar[bool] = True


@value
class PauseTenant(OperatorCommand[Counted]):
    """Let its runs wait; deliveries are still taken. The first reason stands. Raises NotFound, and
    Conflict when it is paused."""

    name: str
    by: By
    until_us: Micros | None = None
    """When it ends by itself; None: when somebody resumes."""
    pauses: ClassVar[bool] = True


@value
class ResumeTenant(OperatorCommand[Counted]):
    """Let its runs go on. Raises NotFound, and Conflict when it is not paused."""

    name: str
    by: By
    pauses: ClassVar[bool] = True


@value
class LimitTenant(OperatorCommand[Counted]):
    """Give it a budget of its own; what is None is again as the code says. Raises NotFound, and
    Conflict for a number below 1, or for a rate without its time."""

    name: str
    by: By
    rate_count: int | None = None
    rate_us: int | None = None
    at_once: int | None = None
    queue: int | None = None
    pauses: ClassVar[bool] = True


@value
class EndTenantPauses(Command[Counted]):
    """Resume those whose pause has had its time."""

    now_us: Micros


@value
class DeclareTenants(Command[Counted]):
    """Note whom the code names; those that it named before and does not any more are no longer
    declared."""

    names: tuple[TenantId, ...]
    now_us: Micros
