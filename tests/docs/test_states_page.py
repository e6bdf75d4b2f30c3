"""States page: the table of run states is drawn, and ``docs/states.md`` is what was drawn.

``make regenerate`` draws it again.
"""

from collections.abc import Callable
from pathlib import Path

from tests.generated import RUN

from tieline.model.runs.run import RunState
from tieline.rules.runs.transitions import LIVE, NEXT, TERMINAL

PAGE = Path(__file__).parents[2] / "docs" / "states.md"

MEANING = {
    RunState.READY: ("may be executed, and waits for a free place", "a worker claims it"),
    RunState.RUNNING: ("a worker executes it", "it ends, or its worker gives it back or is gone"),
    RunState.RETRYING: ("something failed; it has a time for its next attempt", "the time comes"),
    RunState.WAITING: (
        "nothing failed: it sleeps, or waits for a connection, an event or a run",
        "the time comes, or it opens",
    ),
    RunState.HELD: ("only a person knows what happened, or may decide", "`tieline held resolve`"),
    RunState.DONE: ("its function returned", "none; a replay makes another run"),
    RunState.DEAD: (
        "it will not succeed by itself; its reason is kept",
        "`tieline dead retry`, `edit`, `discard`",
    ),
    RunState.CANCELLED: ("a person ended it", "none; a replay makes another run"),
}
"""What a state means, and who lets a run out of it."""

INTRODUCTION = """\
# The states of a run

Drawn from `rules/runs/transitions.py`; `make regenerate` draws it again. Every store refuses
any other move by itself, whoever writes: the statement fails and changes nothing.
"""


def drawn() -> str:
    """The whole page."""
    return "\n".join([INTRODUCTION, *_table(), "", *_diagram(), "", *_notes(), ""])


def _table() -> list[str]:
    rows = ["| State | Meaning | Way out | Next |", "|---|---|---|---|"]
    for state, targets in NEXT.items():
        meaning, exit_ = MEANING[state]
        rows.append(f"| {state} | {meaning} | {exit_} | {', '.join(sorted(targets)) or '—'} |")
    return rows


def _diagram() -> list[str]:
    edges = [f"    {state} --> {to}" for state in NEXT for to in sorted(NEXT[state])]
    begun = ["    [*] --> ready", "    [*] --> running: fast path"]
    ended = [f"    {state} --> [*]" for state in NEXT if state in TERMINAL]
    return ["```mermaid", "stateDiagram-v2", *begun, *edges, *ended, "```"]


def _notes() -> list[str]:
    return [
        f"Live: {_listed(LIVE)}. Ended: {_listed(TERMINAL)}.",
        "`running → ready` is a claim given back: a stop, or a worker that fell silent.",
        "A run whose worker fell silent four times in a row, with no step done, goes to `held`.",
        "`ready`, `retrying` and `waiting` die when the run's deadline passes; `held` does not.",
        "In a lane only the first run is at work; those behind it are ready and wait for its end.",
    ]


def _listed(states: frozenset[RunState]) -> str:
    return ", ".join(state for state in NEXT if state in states)


def test_the_page_is_what_the_table_draws(regenerated: Callable[[Path, str], str]) -> None:
    assert regenerated(PAGE, drawn()) == drawn(), RUN


def test_every_state_has_a_meaning_and_every_live_one_a_way_out() -> None:
    assert set(MEANING) == set(NEXT) == set(RunState)
    assert all(NEXT[state] for state in LIVE)
