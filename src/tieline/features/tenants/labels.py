"""Tenant labels: a tenant's row comes in; how it is known and what it may take go out in words."""

from tieline.features.tenants.model import TenantRow
from tieline.features.tenants.rules import spoken_rate
from tieline.rules.people.pausing import paused_words


def origin(row: TenantRow) -> str:
    """How it is known."""
    if row.declared_us is not None:
        return "declared"
    return "added" if row.added_us is not None else "by its events"


def mark(row: TenantRow) -> str | None:
    """What holds its runs."""
    if row.paused_us is None:
        return None
    return paused_words(row.paused_by, row.paused_reason, row.paused_until_us)


def rate(row: TenantRow) -> str | None:
    """As people write it."""
    if row.rate_count is None or row.rate_us is None:
        return None
    return spoken_rate(row.rate_count, row.rate_us)


def budget(row: TenantRow) -> str | None:
    """What it may take, where that is not what the code says."""
    said = (("rate", rate(row)), ("at once", row.at_once), ("queue", row.queue))
    return ", ".join(f"{word} {number}" for word, number in said if number is not None) or None
