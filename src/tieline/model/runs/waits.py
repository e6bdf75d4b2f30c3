"""Waits: what a run that is put down waits for, as a kind of thing and its key."""

from enum import StrEnum

from tieline.model.base.errors import SettingsError
from tieline.model.base.ids import EventId, Micros, RunId, TenantId
from tieline.model.base.value import value
from tieline.model.inbound.event import Reference


class WaitKind(StrEnum):
    """The engine's own kinds; a feature may have others, which it wakes itself."""

    CONNECTION = "connection"
    """The key is its name: it is paused, or its breaker, credential or limit lets no call go."""
    EVENT = "event"
    """The key is ``<type>/<key>``: the flow goes on when such an event of its tenant is stored."""
    RUN = "run"
    """The key is the id of a run that has to end."""


@value
class Waits:
    """One thing that has to happen first; in words ``connection crm``."""

    kind: str
    key: str

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


@value
class EventWait:
    """Which event ends a wait for one: of a type, with a business name, not looked at before."""

    tenant: TenantId
    type: str
    names: tuple[Reference, ...]
    """One of these it has to carry: the key, under each kind that contracts give to the type."""
    since_us: Micros
    """It was recorded then or later: events from before the run do not count."""
    own: EventId
    """The run's own event, which is none either."""
    after: str = ""
    """What ended the wait before this one, recorded at ``since_us``: it is a later one."""


@value
class RunWait:
    """Which run has to end."""

    id: RunId


def waits_for_connection(name: str) -> Waits:
    """Until the connection *name* can be called."""
    return Waits(WaitKind.CONNECTION, name)


def waits_for_event(type_: str, key: str) -> Waits:
    """Until an event of *type_* that carries the business key *key* is stored."""
    return Waits(WaitKind.EVENT, f"{type_}/{key}")


def waits_for_run(run_id: str) -> Waits:
    """Until the run *run_id* has ended."""
    return Waits(WaitKind.RUN, run_id)


def read_waits(text: str, *, name: str) -> Waits:
    """What ``connection crm`` says; *name* is what asked for it. Raises SettingsError."""
    kind, _, key = text.strip().partition(" ")
    if not kind or not key.strip():
        wanted = "write a kind and a key, such as 'connection crm'"
        raise SettingsError(name, text, wanted)
    return Waits(kind, key.strip())
