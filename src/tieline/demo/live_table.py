"""Live table: how a demo stands comes in; a live table on a terminal, or plain lines, go out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tieline.demo.watch import DemoStatus, DemoView
from tieline.surfaces.cli.build import DemoOptions

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.table import Table

NOTES_SHOWN = 8
PLAYS = {
    "leads": "web forms",
    "payments": "Stripe",
    "helpdesk": "helpdesk",
    "crm": "CRM",
    "books": "books",
    "chat": "Slack",
}


@contextmanager
def screen(wishes: DemoOptions) -> Iterator[DemoView | None]:
    """Where to show it; None when nobody wants to see."""
    if wishes.is_json:
        yield None
    elif not wishes.is_terminal:
        yield PlainLines()
    else:
        from rich.console import Console
        from rich.live import Live

        console = Console(highlight=False, markup=False, emoji=False)
        with Live(console=console, auto_refresh=False) as live:
            yield LiveTable(live)


class PlainLines:
    """For pipes and logs: what is new, one line each."""

    def __init__(self) -> None:
        self._shown = 0

    def show(self, standing: DemoStatus) -> None:
        for note in standing.notes[self._shown :]:
            sys.stdout.write(note + "\n")
        self._shown = len(standing.notes)
        sys.stdout.flush()


class LiveTable:
    """For terminals: one table that is drawn again and again."""

    def __init__(self, live: "Live") -> None:
        self._live = live

    def show(self, standing: DemoStatus) -> None:
        self._live.update(drawn(standing), refresh=True)


def drawn(standing: DemoStatus) -> "RenderableType":
    """Three parts: what vendors count, what the hub has to do, what happened."""
    from rich.console import Group
    from rich.text import Text

    elapsed = f"{min(standing.elapsed_s, standing.seconds):.0f} of {standing.seconds:.0f} s"
    draining = " · draining" if standing.elapsed_s > standing.seconds else ""
    title = Text(f"tieline demo · {elapsed}{draining}", style="bold")
    notes = [Text(note, style="dim") for note in standing.notes[-NOTES_SHOWN:]]
    return Group(title, _vendors(standing), _hub(standing), *notes)


def _vendors(standing: DemoStatus) -> "RenderableType":
    table = _table(
        "VENDOR", "SENT", "ACCEPTED", "REFUSED", "REQUESTS", "FAULTS", "EFFECTS", "TWICE"
    )
    for name, plays in PLAYS.items():
        stats = standing.vendors[name]
        sender = stats["sender"] or {}
        told = [sender.get(field) or "" for field in ("sent", "accepted", "refused")]
        faults = sum(stats["faults"].values())
        own = [stats["requests"], faults, stats["effects"], stats["double_effects"]]
        table.add_row(plays, *map(str, (*told, *own)))
    return table


def _hub(standing: DemoStatus) -> "RenderableType":
    table = _table("FLOW", "READY", "RUNNING", "RETRYING", "WAITING", "HELD", "DEAD")
    for count in standing.flows:
        states = (count.ready, count.running, count.retrying, count.waiting, count.held, count.dead)
        table.add_row(count.flow, *(str(number or "") for number in states))
    if not standing.flows:
        table.add_row("nothing is unfinished", *[""] * 6)
    return table


def _table(first: str, *others: str) -> "Table":
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column(first, min_width=24)
    for title in others:
        table.add_column(title, justify="right")
    return table
