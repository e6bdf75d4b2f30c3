"""Tenant deciding: who is added, held and limited is stored, with its line in the audit log."""

from tieline.adapters.sql.runs.deciding import audit
from tieline.adapters.sql.statement import Steps, ask, do, put
from tieline.features.tenants.model import (
    AddTenant,
    DeclareTenants,
    EndTenantPauses,
    LimitTenant,
    PauseTenant,
    ResumeTenant,
)
from tieline.model.base.by import By
from tieline.model.base.errors import Conflict, NotFound
from tieline.model.command import Counted
from tieline.rules.inbound.tenant_name import WANTED, is_tenant_name
from tieline.rules.people.pausing import LIFTED_BY, OVER


def add(command: AddTenant) -> Steps[Counted]:
    """It is known from now on."""
    name, by = command.name, command.by
    if not is_tenant_name(name):
        raise Conflict(f"no tenant can be named {name[:80]!r}; {WANTED}")
    count = yield from do(
        "tenants.add", name=name, at_us=by.at_us, actor=by.actor, note=command.note
    )
    if not count:
        raise Conflict(f"tenant {name} was added before; tieline tenants show {name} says by whom")
    yield from audit(by, "add-tenant", _subject(name))
    return Counted(count)


def pause(command: PauseTenant) -> Steps[Counted]:
    """Its runs wait; the first reason stands."""
    name, by = command.name, command.by
    yield from _refuse(name)
    count = yield from do(
        "tenants.pause",
        name=name,
        at_us=by.at_us,
        actor=by.actor,
        reason=by.reason,
        until_us=command.until_us,
    )
    if not count:
        raise Conflict(f"tenant {name} is paused already; tieline tenants show {name} says by whom")
    yield from audit(by, "pause-tenant", _subject(name))
    return Counted(count)


def resume(command: ResumeTenant) -> Steps[Counted]:
    """Its pause is over."""
    yield from _refuse(command.name)
    count = yield from do("tenants.resume", name=command.name)
    if not count:
        raise Conflict(f"tenant {command.name} is not paused")
    yield from audit(command.by, "resume-tenant", _subject(command.name))
    return Counted(count)


def end_pauses(command: EndTenantPauses) -> Steps[Counted]:
    """Those whose time is over are resumed, each with its line."""
    lifted = yield from ask("tenants.pauses_lift", now_us=command.now_us)
    by = By(LIFTED_BY, OVER, command.now_us)
    for (name,) in lifted:
        yield from audit(by, "resume-tenant", _subject(name))
    return Counted(len(lifted))


def limit(command: LimitTenant) -> Steps[Counted]:
    """It has a budget of its own."""
    yield from _refuse(command.name)
    given = {
        "rate_count": command.rate_count,
        "rate_us": command.rate_us,
        "at_once": command.at_once,
        "queue": command.queue,
    }
    if (command.rate_count is None) != (command.rate_us is None):
        raise Conflict("a rate is a count and a time: give rate_count and rate_us, or neither")
    for word, number in given.items():
        if number is not None and number < 1:
            raise Conflict(f"{word} of tenant {command.name} is {number}; use 1 or more")
    count = yield from do("tenants.limit", name=command.name, **given)
    yield from audit(command.by, "limit-tenant", _subject(command.name))
    return Counted(count)


def declare(command: DeclareTenants) -> Steps[Counted]:
    """The code names these, and no others."""
    before = {row[0] for row in (yield from ask("tenants.declared"))}
    fresh = [(name, command.now_us) for name in command.names if name not in before]
    yield from put("tenants.declare", sorted(fresh))
    for name in sorted(before - set(command.names)):
        yield from do("tenants.undeclare", name=name)
    return Counted(len(fresh))


def _refuse(name: str) -> Steps[None]:
    """Raise unless somebody declared or added it, or it has had an event."""
    if not (yield from ask("tenants.is_known", name=name)):
        raise NotFound("tenant", name)


def _subject(name: str) -> str:
    return f"tenant:{name}"
