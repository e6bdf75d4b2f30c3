"""Decisions: what people order is done and noted in one commit, or refused with nothing stored."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.makers import (
    a_run,
    a_step,
    an_event,
    an_ingest,
    by,
    event_id,
    run_id,
)
from tests.stores import Store

from tieline.features.access import model as m
from tieline.model.base.by import By
from tieline.model.base.errors import Conflict, NotFound, StaleClaim
from tieline.model.calls.call import Effect
from tieline.model.command import OperatorCommand
from tieline.model.commands import (
    Admission,
    Cancel,
    DecideMany,
    DiscardDead,
    EditDead,
    EndPauses,
    ForgetStep,
    Pause,
    Progress,
    Remember,
    ResolveHeld,
    Resume,
    RetryDead,
)
from tieline.model.runs.run import (
    ClaimedRun,
    Dead,
    Held,
    Outcome,
    RetryAt,
    Returned,
    StepState,
    Waiting,
)
from tieline.model.runs.waits import waits_for_connection
from tieline.model.views import views as v
from tieline.rules.people.audit_chain import first_break
from tieline.rules.runs.holding import HOLD_STEP, read

STEP = ("books POST /entries", "#1")


# --- what is legal in which state -----------------------------------------------------------------

STATES: dict[str, Outcome | None] = {
    "ready": None,
    "running": None,
    "retrying": RetryAt(2**50, "x"),
    "waiting": Waiting(None, waits_for_connection("books"), "x"),
    "held": Held("in doubt", STEP),
    "done": Returned(),
    "dead": Dead("bug", "x"),
}
LIVE = {"ready", "running", "retrying", "waiting", "held"}


def an_edit(number: int = 9) -> Admission:
    return Admission(
        an_event(number, cause=event_id(1), correlation=an_event(1).correlation), (a_run(number),)
    )


DECISIONS: dict[str, tuple[Callable[[], OperatorCommand[Any]], set[str]]] = {
    "cancel": (lambda: Cancel(run_id(1), by()), LIVE),
    "retry": (lambda: RetryDead(run_id(1), by()), {"dead"}),
    "retry as a new action": (lambda: RetryDead(run_id(1), by(), as_new_action=True), {"dead"}),
    "discard": (lambda: DiscardDead(run_id(1), by()), {"dead"}),
    "edit": (lambda: EditDead(run_id(1), an_edit(), by()), {"dead"}),
    "resolve: done": (lambda: ResolveHeld(run_id(1), "done", by()), {"held"}),
    "resolve: retry": (lambda: ResolveHeld(run_id(1), "retry", by()), {"held"}),
    "resolve: give up": (lambda: ResolveHeld(run_id(1), "give-up", by()), {"held"}),
}


async def bring(store: Store, state: str) -> None:
    """Run 1, in *state*."""
    await store.ingest(1)
    if state == "ready":
        return
    run = await store.claim_one()
    outcome = STATES.get(state)
    intent = a_step(run.id, state=StepState.INTENT, result=None, finished_us=None)
    if outcome is not None:
        await store.settle(run, outcome, Progress(steps=(intent,)))
    elif state == "cancelled":
        await store.journal.commit(Cancel(run.id, by()))


@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("state", [*STATES, "cancelled"])
async def test_a_decision_is_taken_in_its_states_and_refused_in_all_others(
    store: Store, decision: str, state: str
) -> None:
    make, legal = DECISIONS[decision]
    await bring(store, state)
    before = await store.everything(), await store.untouched(run_id(1))

    if state in legal:
        await store.journal.commit(make())
        assert len(await store.audit()) == 1 + (state == "cancelled")
    else:
        with pytest.raises(Conflict, match=f"{run_id(1)} is {state}"):
            await store.journal.commit(make())
        assert (await store.everything(), await store.untouched(run_id(1))) == before


@pytest.mark.parametrize("decision", DECISIONS)
async def test_a_decision_about_a_run_that_does_not_exist_names_it(
    store: Store, decision: str
) -> None:
    before = await store.everything()

    with pytest.raises(NotFound) as caught:
        await store.journal.commit(DECISIONS[decision][0]())

    assert (caught.value.kind, caught.value.key) == ("run", run_id(1))
    assert await store.everything() == before


@pytest.mark.parametrize("first", ["discard", "edit"])
@pytest.mark.parametrize("second", ["retry", "discard", "edit"])
async def test_a_dead_run_is_decided_once(store: Store, first: str, second: str) -> None:
    await bring(store, "dead")
    await store.journal.commit(DECISIONS[first][0]())
    before = await store.everything()

    with pytest.raises(Conflict, match="already decided"):
        await store.journal.commit(DECISIONS[second][0]())

    assert await store.everything() == before


async def test_refused_decisions_do_not_slow_or_harm_their_neighbours(store: Store) -> None:
    await store.ingest(1)

    answers = await asyncio.gather(
        *(store.journal.commit(an_ingest(n)) for n in range(2, 6)),
        store.journal.commit(RetryDead(run_id(1), by())),
        store.journal.commit(Cancel(run_id(77), by())),
        store.journal.commit(Cancel(run_id(1), by())),
        store.journal.commit(Cancel(run_id(1), by())),
        return_exceptions=True,
    )

    kinds = [type(answer) for answer in answers[4:]]
    assert kinds[0] is Conflict
    assert kinds[1] is NotFound
    assert [kinds[2], kinds[3]].count(Conflict) == 1
    assert len(await store.claim()) == 4


# --- cancel, retry, discard -----------------------------------------------------------------------


async def test_a_cancelled_run_says_who_and_why_and_its_worker_loses_it(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()

    await store.journal.commit(Cancel(run.id, by("not needed any more")))

    row = await store.run(run.id)
    assert (row.state, row.reason) == ("cancelled", "ops@acme.example: not needed any more")
    with pytest.raises(StaleClaim):
        await store.journal.commit(Remember(run.claim, Progress(steps=(a_step(run.id),))))


async def test_a_retried_run_remembers_what_is_done_and_tries_the_rest_again(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    steps = tuple(
        a_step(run.id, name=state, state=state, tries=5, result=None) for state in StepState
    )
    await store.settle(run, Dead("refused", "no"), Progress(steps=steps))

    await store.journal.commit(RetryDead(run.id, by()))

    again = await store.claim_one()
    assert again.epoch > run.epoch
    assert {step.name: (step.state, step.tries) for step in again.steps} == {
        "done": ("done", 5),
        "intent": ("intent", 5),
        "failed": ("failed", 0),
        "refused": ("failed", 0),
    }


async def test_a_retry_as_a_new_action_forgets_and_gives_new_effect_keys(store: Store) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    await store.settle(run, Dead("bug", "x"), Progress(steps=(a_step(run.id),)))

    await store.journal.commit(RetryDead(run.id, by(), as_new_action=True))

    again = await store.claim_one()
    assert (again.generation, again.steps) == (run.generation + 1, ())


async def test_a_run_that_dies_again_needs_a_decision_again(store: Store) -> None:
    await bring(store, "dead")
    await store.journal.commit(RetryDead(run_id(1), by()))
    retried = (await store.detail(run_id(1))).dead

    await store.settle(await store.claim_one(), Dead("other", "again"))

    dead = (await store.detail(run_id(1))).dead
    assert retried is not None
    assert dead is not None
    assert (retried.resolution, dead.resolution, dead.kind) == ("retried", None, "other")
    await store.journal.commit(DiscardDead(run_id(1), by()))


async def test_a_retried_run_has_no_deadline_any_more(store: Store) -> None:
    await store.ingest(1, deadline_us=store.now_us)
    await store.settle(await store.claim_one(), Dead("bug", "x"))

    await store.journal.commit(RetryDead(run_id(1), by()))

    assert (await store.claim_one()).deadline_us is None


async def test_a_discarded_run_stays_dead_and_decided(store: Store) -> None:
    await bring(store, "dead")

    await store.journal.commit(DiscardDead(run_id(1), by(at_us=77)))

    detail = await store.detail(run_id(1))
    assert detail.dead is not None
    assert (detail.run.state, detail.dead.resolution, detail.dead.resolved_us) == (
        "dead",
        "discarded",
        77,
    )
    assert (await store.views.read(v.ListDead())).rows == ()


# --- edit -----------------------------------------------------------------------------------------


async def test_an_edit_is_a_new_recorded_event_with_one_run(store: Store) -> None:
    await bring(store, "dead")

    await store.journal.commit(EditDead(run_id(1), an_edit(9), by()))

    assert [run.id for run in await store.claim()] == [run_id(9)]
    detail = await store.detail(run_id(1))
    assert detail.dead is not None
    assert (detail.run.state, detail.dead.resolution) == ("dead", f"edited: {run_id(9)}")
    assert [event.id for event in (await store.event(event_id(1))).caused] == [event_id(9)]


async def test_an_edit_whose_identity_is_known_is_refused_whole(store: Store) -> None:
    """Else the lane would wait for a run that does not exist."""
    await store.ingest(1, 2, lane="cus_1")
    await store.settle(await store.claim_one(), Dead("bug", "x"))
    known = Admission(an_event(9, identity="identity-2"), (a_run(9, lane="cus_1"),))
    before = await store.everything()

    with pytest.raises(Conflict, match=f"identity-2.*{event_id(2)}"):
        await store.journal.commit(EditDead(run_id(1), known, by()))

    assert await store.everything() == before


# --- held -----------------------------------------------------------------------------------------


async def test_an_effect_that_a_person_saw_is_remembered_whatever_its_arguments(
    store: Store,
) -> None:
    await bring(store, "held")

    await store.journal.commit(ResolveHeld(run_id(1), "done", by(), b'{"id":7}'))

    (step,) = (await store.claim_one()).steps
    assert (step.state, step.fingerprint, step.result) == (StepState.DONE, "*", b'{"id":7}')


async def test_an_effect_that_a_person_saw_may_have_no_result(store: Store) -> None:
    await bring(store, "held")

    await store.journal.commit(ResolveHeld(run_id(1), "done", by()))

    (step,) = (await store.claim_one()).steps
    assert (step.state, step.result) == (StepState.DONE, b"null")


async def test_a_step_that_drifted_keeps_its_result_when_it_is_resolved_as_done(
    store: Store,
) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    await store.settle(run, Held("drift", STEP), Progress(steps=(a_step(run.id),)))

    await store.journal.commit(ResolveHeld(run.id, "done", by()))

    (step,) = (await store.claim_one()).steps
    assert (step.fingerprint, step.result) == ("*", b'{"id":1}')


async def test_an_effect_that_did_not_happen_is_tried_again_from_the_first_try(
    store: Store,
) -> None:
    await bring(store, "held")

    await store.journal.commit(ResolveHeld(run_id(1), "retry", by()))

    (step,) = (await store.claim_one()).steps
    assert (step.state, step.tries) == (StepState.FAILED, 0)


async def a_hold(store: Store, number: int = 1) -> ClaimedRun:
    """A run that its flow holds, and that remembers an older hold that is not asked any more."""
    await store.ingest(number)
    run = await store.claim_one()
    asked = a_step(
        run.id, HOLD_STEP, state=StepState.FAILED, effect=Effect.READ, effect_key=None,
        result=None, finished_us=None,
    )  # fmt: skip
    older = asked._replace(key="#2", tries=0)
    await store.settle(run, Held("amount above limit"), Progress(steps=(asked, older)))
    return run


async def test_the_hold_that_is_asked_about_is_remembered_with_who_let_it_through(
    store: Store,
) -> None:
    run = await a_hold(store)

    await store.journal.commit(ResolveHeld(run.id, "continue", by("finance agreed")))

    passed, older = (await store.claim_one()).steps
    assert (passed.state, older.state) == (StepState.DONE, StepState.FAILED)
    yes = read(passed.result or b"")
    assert (yes.by, yes.words) == (by().actor, "finance agreed")
    audit = (await store.detail(run.id)).audit
    assert [(line.action, line.reason) for line in audit] == [
        ("resolve-continue", "finance agreed")
    ]


async def test_a_hold_that_is_asked_again_is_not_let_through_meanwhile(store: Store) -> None:
    run = await a_hold(store)

    await store.journal.commit(ResolveHeld(run.id, "retry", by()))

    again = await store.claim_one()
    assert {(step.state, step.tries) for step in again.steps} == {(StepState.FAILED, 0)}
    await store.settle(again, Held("raised"))
    before = await store.everything()
    with pytest.raises(Conflict, match="holds nothing that can be let through"):
        await store.journal.commit(ResolveHeld(run.id, "continue", by()))
    assert await store.everything() == before


async def test_of_many_only_holds_are_let_through(store: Store) -> None:
    hold = await a_hold(store, 1)
    await store.ingest(2)
    doubt = await store.claim_one()
    await store.settle(doubt, Held("lost", STEP), Progress(steps=(a_step(doubt.id),)))

    decided = await store.journal.commit(DecideMany("resolve-continue", (hold.id, doubt.id), by()))

    assert decided.done == (hold.id,)
    ((refused, why),) = decided.refused
    assert (refused, "done (it happened)" in why) == (doubt.id, True)


async def test_a_run_that_is_given_up_is_cancelled(store: Store) -> None:
    await bring(store, "held")

    await store.journal.commit(ResolveHeld(run_id(1), "give-up", by("too late")))

    assert (await store.run(run_id(1))).state == "cancelled"
    assert await store.claim() == []


@pytest.mark.parametrize("held", [Held("the author asked"), Held("lost", ("unknown", "#1"))])
async def test_done_needs_a_step_that_it_is_about(store: Store, held: Held) -> None:
    await store.ingest(1)
    await store.settle(await store.claim_one(), held)
    before = await store.everything()

    with pytest.raises(Conflict, match="no step in doubt"):
        await store.journal.commit(ResolveHeld(run_id(1), "done", by()))

    assert await store.everything() == before
    await store.journal.commit(ResolveHeld(run_id(1), "retry", by()))


async def test_a_decision_that_does_not_exist_makes_no_effect_again(store: Store) -> None:
    await bring(store, "held")
    before = await store.everything()

    with pytest.raises(Conflict, match=r"'dnoe'.*done.*retry.*give-up"):
        await store.journal.commit(ResolveHeld(run_id(1), "dnoe", by()))

    assert await store.everything() == before


# --- pauses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["flow", "connection"])
async def test_a_pause_holds_once_and_keeps_its_first_reason(store: Store, kind: str) -> None:
    first = await store.journal.commit(Pause(kind, "books", by("month end")))
    second = await store.journal.commit(Pause(kind, "books", by("other")))

    (held,) = await store.views.read(v.ListPauses())
    assert (first.count, second.count) == (1, 0)
    assert (held.kind, held.name, held.reason) == (kind, "books", "month end")


async def test_a_resume_lifts_a_pause_and_is_harmless_without_one(store: Store) -> None:
    await store.journal.commit(Pause("flow", "books", by()))

    lifted = await store.journal.commit(Resume("flow", "books", by()))
    again = await store.journal.commit(Resume("flow", "books", by()))

    assert (lifted.count, again.count) == (1, 0)
    assert await store.views.read(v.ListPauses()) == ()


async def test_pauses_with_an_end_are_lifted_when_it_has_come_each_with_its_line(
    store: Store,
) -> None:
    await store.journal.commit(Pause("flow", "books", by("an hour"), 1000))
    await store.journal.commit(Pause("connection", "books", by("a day"), 2000))
    await store.journal.commit(Pause("flow", "chat", by("for good")))

    counts = [(await store.journal.commit(EndPauses(at_us))).count for at_us in (999, 1000, 1001)]

    held = await store.views.read(v.ListPauses())
    assert counts == [0, 1, 0]
    assert [(one.kind, one.name, one.until_us) for one in held] == [
        ("connection", "books", 2000),
        ("flow", "chat", None),
    ]
    lines = [(one.actor, one.action, one.subject) for one in await store.audit()]
    assert lines[3:] == [("tieline", "resume", "flow:books")]


# --- audit ----------------------------------------------------------------------------------------


async def test_every_order_is_one_line_and_the_lines_are_one_chain(store: Store) -> None:
    await store.ingest(*range(1, 6))
    orders: list[OperatorCommand[Any]] = [
        Pause("flow", "books", by("a", at_us=5)),
        Cancel(run_id(1), by("b", at_us=3)),
        Resume("flow", "books", by("c\n“quoted”", at_us=4)),
        *(Cancel(run_id(n), by(str(n), at_us=n)) for n in (2, 3, 4)),
    ]
    for order in orders[:3]:
        await store.journal.commit(order)
    await asyncio.gather(*(store.journal.commit(order) for order in orders[3:]))

    lines = await store.audit()

    assert [(line.action, line.subject, line.reason, line.at_us) for line in lines[:3]] == [
        ("pause", "flow:books", "a", 5),
        ("cancel", run_id(1), "b", 3),
        ("resume", "flow:books", "c\n“quoted”", 4),
    ]
    assert len(lines) == 6
    assert first_break(lines) is None


async def test_an_order_that_is_refused_is_a_line_that_says_so(store: Store) -> None:
    await store.ingest(1)
    with pytest.raises(Conflict):
        await store.journal.commit(DiscardDead(run_id(1), by("paid by hand", at_us=7)))
    with pytest.raises(NotFound):
        await store.journal.commit(RetryDead(run_id(9), by("again")))
    await store.journal.commit(Resume("flow", "books", by("it is open")))

    done, refused = await store.audit(), await store.audit(refused=True)

    assert done == []
    assert [(line.action, line.subject) for line in refused] == [
        ("rejected-discard-dead", run_id(1)),
        ("rejected-retry-dead", run_id(9)),
        ("rejected-resume", "flow:books"),
    ]
    assert refused[0].at_us == 7
    assert refused[0].reason.startswith(
        f"paid by hand; rejected: {run_id(1)} is ready; only a dead"
    )
    assert first_break(refused) is None


async def test_the_audit_log_is_filtered_by_who_what_and_without_log_ins(store: Store) -> None:
    for number in range(3):
        await store.journal.commit(Pause("flow", f"flow_{number}", by()))
        await store.journal.commit(Resume("flow", f"flow_{number}", by()))
    ann = By("ann", "it is late", 3)
    await store.journal.commit(Pause("flow", "books", ann))
    await store.journal.commit(m.EndSessions("ann", ann))

    async def found(**wanted: Any) -> list[str]:
        page = await store.views.read(v.ListAudit(**wanted))
        return [row.action for row in page.rows]

    assert await found(actor="ann") == ["log-out-everywhere", "pause"]
    assert await found(actor="ann", logins=False) == ["pause"]
    assert await found(action="resume") == ["resume"] * 3
    assert await found(subject="flow:books", actor="bob") == []
    first = await store.views.read(v.ListAudit(action="resume", window=v.Window(limit=2)))
    rest = v.Window(before=first.cursor, limit=2)
    assert (len(first.rows), len(await found(action="resume", window=rest))) == (2, 1)


@pytest.mark.parametrize(
    "changed", ["at_us", "actor", "action", "subject", "reason", "previous", "hash"]
)
async def test_a_changed_line_breaks_the_chain(store: Store, changed: str) -> None:
    for number in range(4):
        await store.journal.commit(Pause("flow", f"flow_{number}", by()))
    lines = await store.audit()
    value: Any = 7 if changed == "at_us" else "0" * 64

    lines[2] = replace(lines[2], **{changed: value})

    assert first_break(lines) == lines[2]


# --- forgotten ------------------------------------------------------------------------------------


async def test_a_step_that_is_forgotten_is_remembered_no_more_and_the_others_are(
    store: Store,
) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    steps = (a_step(run.id), a_step(run.id, key="#2"), a_step(run.id, "other"))
    await store.settle(run, RetryAt(store.now_us, "again"), Progress(steps=steps))

    await store.journal.commit(ForgetStep(run.id, steps[0].name, "#1", by("it was no entry")))

    await store.promote()
    kept = (await store.claim_one()).steps
    assert sorted(step.key + step.name for step in kept) == ["#1other", f"#2{steps[1].name}"]
    line = (await store.detail(run.id)).audit[0]
    assert (line.action, line.reason) == ("forget-step", f"{steps[0].name} (#1): it was no entry")


@pytest.mark.parametrize("state", ["running", "doubt", "unknown"])
async def test_a_step_that_cannot_be_forgotten_stays(store: Store, state: str) -> None:
    await store.ingest(1)
    run = await store.claim_one()
    kind = StepState.INTENT if state == "doubt" else StepState.DONE
    progress = Progress(steps=(a_step(run.id, state=kind),))
    if state == "running":
        await store.journal.commit(Remember(run.claim, progress))
    else:
        await store.settle(run, RetryAt(store.now_us, "again"), progress)
    before = await store.everything()
    key = "#7" if state == "unknown" else "#1"

    words = "is being executed" if state == "running" else "remembers no step"
    with pytest.raises(Conflict, match=words):
        await store.journal.commit(ForgetStep(run.id, "books POST /entries", key, by()))

    assert await store.everything() == before
