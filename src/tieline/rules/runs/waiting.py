"""Waiting: what a run waits for, and what is known of that, come in; words for people go out."""

from collections.abc import Iterable, Sequence

from tieline.model.base.ids import Micros
from tieline.model.runs.waits import WaitKind, Waits
from tieline.model.views.rows import ConnectionStateRow, PauseRow
from tieline.rules.formats.plain_time import short, until
from tieline.rules.people.pausing import paused_words

DAY_US = 86_400_000_000
MOST_COUNTED = 1000
"""The store counts no further."""


def why_shut(
    name: str,
    pauses: Iterable[PauseRow],
    states: Iterable[ConnectionStateRow],
    now_us: Micros,
) -> str | None:
    """Why connection *name* takes no calls now, to be said behind its name; None: nothing is known
    that would stop them. The gravest of it, as a call would meet it."""
    for pause in pauses:
        if (pause.kind, pause.name) == (WaitKind.CONNECTION, name):
            return f"which is {paused_words(pause.actor, pause.reason, pause.until_us)}"
    for state in states:
        if state.connection == name and (said := _of_state(state, now_us)):
            return said
    return None


def _of_state(state: ConnectionStateRow, now_us: Micros) -> str | None:
    if state.refusals:
        again = _at(state.refused_until_us, now_us)
        return (
            "which does not accept our credential; put a valid one into the vault, "
            f"the next call finds out {again}"
        )
    if state.breaker == "open":
        return f"whose breaker is open; the next probe is {_at(state.until_us, now_us)}"
    if state.breaker == "probing":
        return "whose breaker lets one call through to see whether it is back"
    if state.quiet_until_us > now_us:
        return f"whose provider asked for a pause; it ends {_at(state.quiet_until_us, now_us)}"
    return None


def counted_in_words(name: str, count: int, shut: str | None) -> str:
    """How many runs wait for a connection, and for what it has to become."""
    many = f"{'1,000 or more' if count >= MOST_COUNTED else count} runs wait"
    many = "1 run waits" if count == 1 else many
    return f"{many} for connection {name}{'' if shut is None else f', {shut}'}"


def all_in_words(
    counts: Iterable[tuple[str, int]],
    pauses: Sequence[PauseRow],
    states: Sequence[ConnectionStateRow],
    now_us: Micros,
) -> tuple[str, ...]:
    """A sentence for each connection that runs wait for, most runs first."""
    ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return tuple(
        counted_in_words(name, count, why_shut(name, pauses, states, now_us))
        for name, count in ordered
    )


def in_words(
    waits: Waits | None, shut: str | None, due_us: Micros | None, reason: str | None, now_us: Micros
) -> str:
    """What a run that was put down waits for, as a sentence; *shut* is what ``why_shut`` says of
    the connection that it waits for."""
    said = f": {reason}" if reason else ""
    if waits is None:
        return f"it waits and goes on {until(due_us, now_us)}{said}"
    longest = "" if due_us is None else f", until {short(due_us)} UTC at the longest"
    match waits.kind:
        case WaitKind.CONNECTION if shut is not None:
            return f"it waits for {waits}, {shut}"
        case WaitKind.EVENT:
            return f"it waits for {waits}{longest}"
        case WaitKind.RUN:
            return f"it waits for {waits.key} to end{longest}"
        case _:
            return f"it waits for {waits} and goes on {until(due_us, now_us)}{said}"


def _at(at_us: Micros, now_us: Micros) -> str:
    """``at 12:13:00 UTC``; further away than a day with its date; a time that has come is now."""
    if at_us <= now_us:
        return "now"
    text = short(at_us)
    return f"at {text if at_us - now_us >= DAY_US else text[11:]} UTC"
