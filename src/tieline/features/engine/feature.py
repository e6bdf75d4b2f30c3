"""The engine: what its own loops order of the store, and the commands that run and examine it."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.fleet import tallying
from tieline.adapters.sql.people import kept_answer
from tieline.adapters.sql.runs import execution, sweeping, timing
from tieline.adapters.sql.store import checking, purging
from tieline.features.manifest import Answers, Feature, Handles, Hooked
from tieline.model import commands as c
from tieline.model.people.kept_answer import KeepAnswer, ReturnKey, TakeKey
from tieline.model.views import views as v
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer


def _commands(app: "typer.Typer") -> None:
    from tieline.surfaces.cli import db, new, process, status

    app.add_typer(db.app, name="db")
    app.command()(process.serve)
    app.command()(process.demo)
    app.command()(status.status)
    app.command()(process.doctor)
    app.command("new")(new.new)


ENGINE = Feature(
    name="engine",
    says="Claims, repeats, rescues and forgets runs; serves a hub and examines its store.",
    commands=(
        Handles(c.ReturnClaims, execution.give_back),
        Handles(c.Promote, timing.promote),
        Handles(c.SetTimes, timing.set_times),
        Handles(c.WakeWaiting, timing.wake_waiting),
        Handles(c.Sweep, Hooked(sweeping.sweep)),
        Handles(c.Purge, Hooked(purging.purge)),
        Handles(c.KeepTally, tallying.keep),
        Handles(TakeKey, kept_answer.take_key),
        Handles(KeepAnswer, kept_answer.keep_answer),
        Handles(ReturnKey, kept_answer.free_key),
    ),
    questions=(
        Answers(v.CheckStore, needs=Permission.READ),
        Answers(v.CheckRows, checking.rows, needs=Permission.READ, one_of={"part": v.PARTS}),
        Answers(v.InspectStore, needs=Permission.READ),
    ),
    commands_of_people=_commands,
    beside_store=frozenset({"serve", "demo", "db", "new"}),
    tables=(
        "attempt",
        "audit",
        "dead",
        "dedupe",
        "event",
        "exchange",
        "kept_answer",
        "lane",
        "mark",
        "migration",
        "receipt",
        "reference",
        "run",
        "step",
        "work",
    ),
)
