"""Hooks: the named places on the way of an event where features take part.

The engine imports no feature; the composition hands their hooks in. What is stored in the engine's
own transactions has its hooks beside the store (``adapters/sql/hooks.py``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tieline.model.base.ids import Micros
from tieline.model.commands import Admission
from tieline.model.hub.connection import ConnectionSpec
from tieline.model.runs.waits import Waits
from tieline.ports.guarded import NotNow, Tried
from tieline.ports.tenants import TenantBook

AfterAdmit = Callable[[Sequence[Admission]], Sequence[Admission]]
"""Is given the events of a delivery before they are stored; returns those that go on, with the runs
that they are to have of those that they were given. A delivery of which none goes on is kept as one
without an event. What it raises, the door answers as a fault of the hub: the sender tries again."""
BeforeCall = Callable[[ConnectionSpec, Micros], NotNow | None]
"""May say that a connection cannot be called now, and until when; None: go. Without a time ``on``
is of a kind of the feature's own, which it wakes itself (``WakeWaiting``): whoever waits for the
connection is woken by its guard, which does not know of the feature."""
AfterCall = Callable[[ConnectionSpec, Tried], None]
"""Is told what one try of a call came to; must not raise."""
OnWake = Callable[[Waits], None]
"""Is told for what runs waited that were woken; must not raise."""

OnPauses = Callable[[], None]
"""Is told that somebody, here or in another process, may have paused or resumed something; must not
raise."""


@dataclass(frozen=True, slots=True)
class PathHooks:
    """Each is done in the order of the features; none may wait for anything."""

    after_admit: tuple[AfterAdmit, ...] = ()
    before_call: tuple[BeforeCall, ...] = ()
    after_call: tuple[AfterCall, ...] = ()
    on_wake: tuple[OnWake, ...] = ()
    on_pauses: tuple[OnPauses, ...] = ()
    tenants: TenantBook | None = None
    """Who is known; at most one feature says so. None: everybody is."""


NO_HOOKS = PathHooks()


def merged(all_: Sequence[PathHooks]) -> PathHooks:
    """The hooks of all features, in their order."""
    return PathHooks(
        after_admit=tuple(hook for one in all_ for hook in one.after_admit),
        before_call=tuple(hook for one in all_ for hook in one.before_call),
        after_call=tuple(hook for one in all_ for hook in one.after_call),
        on_wake=tuple(hook for one in all_ for hook in one.on_wake),
        on_pauses=tuple(hook for one in all_ for hook in one.on_pauses),
        tenants=next((one.tenants for one in all_ if one.tenants is not None), None),
    )
