"""Report: how a demo ended comes in; what happened, for people, goes out."""

from tieline.demo.checks import DemoCounts
from tieline.demo.outcome import DemoOutcome, by_reason
from tieline.demo.parts import DemoParts
from tieline.model.views.details import RunDetail
from tieline.operations.story import Line, story
from tieline.rules.formats.plain_time import iso
from tieline.surfaces.cli.output import Column, Output

COLUMNS: tuple[Column[Line], ...] = (
    Column("AT (UTC)", lambda line: iso(line.at_us)[11:23]),
    Column("", lambda line: "!" if line.is_trouble else " "),
    Column("WHAT HAPPENED", lambda line: line.words),
)
NAMES = ("payment", "lead", "ticket")
"""Kinds of business names that a story is told by, the first that is there."""


async def report(stage: DemoParts, found: DemoOutcome) -> None:
    """Print it."""
    paper = Output(is_json=False, is_terminal=stage.wishes.is_terminal)
    paper.heading("What happened")
    for words in sentences(found.count):
        paper.say(f"  {words}")
    _left_over(stage, paper, found)
    _tell_account(paper, found)
    if found.sufferer is not None:
        await _tell(stage, paper, found.sufferer)
    _verdict(paper, found)
    if stage.wishes.store is not None:
        paper.hint(f"the store is kept: tieline --store {stage.wishes.store} runs list")


def sentences(count: DemoCounts) -> list[str]:
    """The figures, each with who counted it."""
    return [
        f"sent      {count.sent:6} events by the senders; {count.accepted} acknowledged with a 2xx",
        f"refused   {count.refused:6} forged and stale copies",
        f"repeated  {count.duplicates:6} copies of events that had been sent already",
        f"effects   {count.effects:6} counted by the vendors: contacts, invoices, messages",
        f"doubled   {count.double_effects:6} counted by the vendors",
        f"lost      {count.lost:6} acknowledged, without effect and without a visible run",
        f"retried   {count.retried:6} tries that failed and were made again",
        f"held      {count.held:6} runs that wait for a person",
        f"dead      {count.dead:6} runs that ended in failure",
    ]


def _left_over(stage: DemoParts, paper: Output, found: DemoOutcome) -> None:
    for title, runs in (("Held", found.held), ("Dead", found.dead)):
        if runs:
            paper.heading(title)
        for reason, times in by_reason(runs):
            paper.say(f"  {times} x {reason}")
    if found.held:
        _advise(stage, paper, found.held[0].id)
    for name in found.lost:
        paper.say(f"  lost: {name}", style="bold red")


def _advise(stage: DemoParts, paper: Output, run_id: str) -> None:
    store = stage.wishes.store
    paper.say(
        "  A chat without idempotency keys cannot say whether a message arrived: sending it again"
        " might double it."
    )
    paper.say(
        "  A person looks, and decides:"
        f" tieline --store {store or 'FILE'} held resolve {run_id} --done|--retry --reason WHY"
    )
    if store is None:
        paper.say("  (This store was temporary; tieline --store FILE demo keeps it.)")


async def _tell(stage: DemoParts, paper: Output, sufferer: RunDetail) -> None:
    """The story of the record whose tries failed most often."""
    names = [m for kind in NAMES for m in sufferer.mentions if m.kind == kind]
    if names:
        told = await story(stage.views, names[0].kind, names[0].key)
        command = f"tieline story {names[0].kind} {names[0].key}"
    else:
        told = await story(stage.views, sufferer.event.id)
        command = f"tieline story {sufferer.event.id}"
    paper.heading(f"The record that suffered most ({command})")
    paper.table(COLUMNS, told.lines)
    paper.say(f"{told.about}: {told.ending}", style="bold")


def _tell_account(paper: Output, found: DemoOutcome) -> None:
    """What the hub's own account says, and how it stood while all went on."""
    paper.heading("The account (tieline account)")
    accounts = found.accounts
    for words in accounts.words:
        paper.say(f"  {words}")
    off = len(accounts.off)
    paper.say(f"  made {accounts.made} times, once a second: {off} with something lost or doubled")
    for words in accounts.off:
        paper.say(f"  {words}", style="bold red")


def _verdict(paper: Output, found: DemoOutcome) -> None:
    count = found.count
    style = "bold green" if count.is_good else "bold red"
    paper.say("")
    paper.say(f"double effects: {count.double_effects} · lost: {count.lost}", style=style)
