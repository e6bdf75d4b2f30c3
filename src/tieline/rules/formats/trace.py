"""Trace: what a sender said of its trace comes in; the trace of its event, and of calls, goes out.

W3C Trace Context. Span ids are not stored: those of a delivery and of a run are read off their own
ids, so that whoever has the id of a thing also has its span.
"""

import re
from typing import NamedTuple

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?=-|$)"
)
_SAMPLED = 1
_ODD = frozenset("13579bdf")
_DIGITS = 7
_PARTS = 16**_DIGITS
_EPOCHS = 2**64


class Trace(NamedTuple):
    """A traceparent, taken apart."""

    id: str
    parent: str
    """The span that the sender was in."""
    is_sampled: bool


def joined(header: str | None) -> str | None:
    """The traceparent that a sender gave, in the form of version 00; None for what is none.

    A later version may have more behind it, which nobody here can pass on.
    """
    if header is None:
        return None
    found = _TRACEPARENT.match(header)
    if found is None or (header.startswith("00") and len(header) > found.end()):
        return None
    return f"00-{found[1]}-{found[2]}-{found[3]}"


def begun(own_id: str, share: float) -> str:
    """A new trace, named by *own_id* (of a receipt or event); sampled as often as *share* (0-1)."""
    sampled = int(own_id[-_DIGITS:], 16) < share * _PARTS
    return f"00-{own_id[4:]}-{own_id[-16:]}-0{int(sampled)}"


def trace_of(traceparent: str | None) -> Trace | None:
    """*traceparent*, as it is stored, taken apart."""
    if traceparent is None or len(traceparent) < 55:
        return None
    sampled = int(traceparent[53:55], 16) & _SAMPLED
    return Trace(traceparent[3:35], traceparent[36:52], bool(sampled))


def is_sampled(traceparent: str | None) -> bool:
    """Whether the spans of this trace are wanted."""
    return traceparent is not None and traceparent[-1:] in _ODD


def under(traceparent: str, span: str) -> str:
    """What a call carries that *span* makes: the same trace, with *span* as the parent."""
    return f"{traceparent[:36]}{span}{traceparent[52:]}"


def span_of(own_id: str) -> str:
    """The span of a delivery, by its receipt's id."""
    return own_id[-16:]


def span_of_run(run_id: str, epoch: int) -> str:
    """The span of one execution of a run: the first has the run's own digits."""
    if epoch <= 1:
        return run_id[-16:]
    mixed = (int(run_id[-16:], 16) + (epoch - 1) * 0x9E3779B97F4A7C15) % _EPOCHS
    return f"{mixed or 1:016x}"
