"""Open files: how many senders are wanted and how many files may be open come in; how many senders
may be in at once goes out."""

KEPT = 64
"""For the store, the log, the pages and what a process has open anyway."""


def senders_for(wanted: int, limit: int) -> int:
    """At most half of what is left: calls need a file each, and must not lose it to strangers."""
    return max(1, min(wanted, (limit - KEPT) // 2))
