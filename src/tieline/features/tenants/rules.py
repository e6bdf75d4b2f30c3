"""Tenant rules: budgets as people write them, and which of two budgets counts."""

import re
from datetime import timedelta

from tieline.model.base.errors import SettingsError
from tieline.model.calls.rate import Rate
from tieline.model.hub.tenants import TenantBudget

SPANS = {"s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000}
_RATE = re.compile(r"(\d{1,9})/(\d{0,6})([smhd])", re.ASCII)


def rate_of(text: str, *, name: str = "--rate") -> tuple[int, int]:
    """(deliveries, microseconds) of ``100/s`` or ``600/10m``. Raises SettingsError."""
    found = _RATE.fullmatch(text)
    if found is None or int(found[1]) < 1 or int(found[2] or 1) < 1:
        raise SettingsError(name, text, "use so many in a time, such as 100/s, 600/10m or 5000/h")
    return int(found[1]), int(found[2] or 1) * SPANS[found[3]]


def spoken_rate(count: int, per_us: int) -> str:
    """As it was written: ``100/s``."""
    for unit, length_us in reversed(SPANS.items()):
        if per_us % length_us == 0:
            times = per_us // length_us
            return f"{count}/{'' if times == 1 else times}{unit}"
    return f"{count}/{per_us / 1e6:g}s"


def as_rate(count: int, per_us: int) -> Rate:
    """A budget's rate: a whole time's worth may come at once."""
    return Rate(count, timedelta(microseconds=per_us), burst=count)


def in_force(own: TenantBudget, declared: TenantBudget) -> TenantBudget:
    """What counts of a tenant's own budget and the one that the code gives to everybody."""
    return TenantBudget(
        declared.rate if own.rate is None else own.rate,
        declared.at_once if own.at_once is None else own.at_once,
        declared.queue if own.queue is None else own.queue,
    )
