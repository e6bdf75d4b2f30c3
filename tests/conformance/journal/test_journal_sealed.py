"""Sealed payloads on every store: whoever has only the store reads nothing, the hub reads all."""

import os

import pytest
from tests.makers import a_delivery, a_step, an_event, by
from tests.stores import Store

from tieline.adapters.sql.committer import Committer
from tieline.adapters.sql.store.sealing import SealedViews
from tieline.adapters.vault.sealer import VaultSealer
from tieline.model.base.errors import SettingsError
from tieline.model.base.secret import Secret
from tieline.model.commands import Admission, Ingest, Progress, ResolveHeld
from tieline.model.replays.filter import ReplayFilter
from tieline.model.runs.run import Held, RetryAt, StepArguments, StepState
from tieline.model.views.views import NextReplayBatch, ShowEvent, ShowReceipt, ShowRun
from tieline.ports.sealer import is_sealed

OLD, NEW = "old-key-of-enough-bytes", "new-key-of-enough-bytes"
BODY = b'{"cents":100}'


class Keys:
    """A vault with several keys, the newest first."""

    def __init__(self, *keys: str) -> None:
        self._keys = tuple(Secret.of(key) for key in keys)

    def secrets(self, name: str) -> tuple[Secret, ...]:
        return self._keys if name == "sealing" else ()

    def place_of(self, name: str) -> str:
        return f"the key {name}"


def a_sealer(*keys: str) -> VaultSealer:
    return VaultSealer(Keys(*keys), os.urandom)


def seal(store: Store, *keys: str) -> SealedViews:
    assert isinstance(store.journal, Committer)
    sealer = a_sealer(*keys)
    store.journal.seal_with(sealer)
    return SealedViews(store.views, sealer)


async def test_only_with_the_key_a_payload_can_be_read(store: Store) -> None:
    views = seal(store, NEW)
    await store.journal.commit(a_delivery(1))
    event = an_event(2, data=b'{"emitted":true}')
    await store.journal.commit(Ingest((Admission(event, expires_us=event.recorded_us + 9),)))

    receipt_id = a_delivery(1).receipt.id  # type: ignore[union-attr]
    with_key = await views.read(ShowReceipt(receipt_id))
    without_key = await store.views.read(ShowReceipt(receipt_id))
    emitted = await views.read(ShowEvent(event.id))
    shown = await store.views.read(ShowEvent(event.id))

    assert with_key.receipt.body == BODY
    assert is_sealed(without_key.receipt.body)
    assert emitted.event.data == b'{"emitted":true}'
    assert is_sealed(shown.event.data)


async def test_a_run_is_claimed_with_its_payload_and_with_what_it_remembers(store: Store) -> None:
    views = seal(store, NEW)
    await store.journal.commit(a_delivery(1))
    run = await store.claim_one()
    step = a_step(run.id, result=b'200\n{"id":1}', state=StepState.DONE)
    asked = StepArguments(run.id, step.name, step.key, b'{"cents":100}')
    progress = Progress(steps=(step,), arguments=(asked,))
    await store.settle(run, RetryAt(store.now_us, "again"), progress)
    await store.promote()
    again = await store.claim_one()
    detail = await views.read(ShowRun(run.id))

    assert run.body == again.body == BODY
    assert [one.result for one in again.steps] == [step.result]
    assert [one.arguments for one in again.steps] == [asked.arguments]
    assert [row.result for row in detail.steps] == [step.result]
    assert [row.result_bytes for row in detail.steps] == [len(step.result or b"")]


async def test_what_a_person_says_happened_is_sealed_as_well(store: Store) -> None:
    seal(store, NEW)
    await store.journal.commit(a_delivery(1))
    run = await store.claim_one()
    step = a_step(run.id, state=StepState.INTENT, result=None)
    await store.settle(run, Held("look", (step.name, step.key)), Progress(steps=(step,)))
    await store.journal.commit(ResolveHeld(run.id, "done", by(), b'{"id":77}'))

    again = await store.claim_one()
    detail = await store.detail(run.id)

    assert [one.result for one in again.steps] == [b'{"id":77}']
    assert is_sealed(detail.steps[0].result)


async def test_a_replay_finds_its_payloads(store: Store) -> None:
    views = seal(store, NEW)
    await store.journal.commit(a_delivery(1))

    bite = await views.read(NextReplayBatch(ReplayFilter(), "", store.now_us + 10))

    assert [one.body for one in bite.events] == [BODY]


async def test_a_new_key_seals_and_the_old_one_still_opens(store: Store) -> None:
    seal(store, OLD)
    await store.journal.commit(a_delivery(1))
    both = seal(store, NEW, OLD)
    await store.journal.commit(a_delivery(2))
    ids = [a_delivery(number).receipt.id for number in (1, 2)]  # type: ignore[union-attr]
    only_new = SealedViews(store.views, a_sealer(NEW))

    bodies = [(await both.read(ShowReceipt(one))).receipt.body for one in ids]
    left = [(await only_new.read(ShowReceipt(one))).receipt.body for one in ids]

    assert bodies == [BODY, BODY]
    assert [is_sealed(body) for body in left] == [True, False]


async def test_what_was_stored_before_there_was_a_key_is_read_as_it_is(store: Store) -> None:
    await store.journal.commit(a_delivery(1))
    views = seal(store, NEW)

    run = await store.claim_one()

    assert run.body == BODY
    detail = await views.read(ShowReceipt(a_delivery(1).receipt.id))  # type: ignore[union-attr]
    assert detail.receipt.body == BODY


def test_bytes_open_only_at_their_place_and_never_look_the_same_twice() -> None:
    sealer = a_sealer(NEW)
    one, two = sealer.seal("rct_1", BODY), sealer.seal("rct_1", BODY)

    assert one != two
    assert sealer.open("rct_1", one) == sealer.open("rct_1", two) == BODY
    assert sealer.open("rct_2", one) == one
    assert sealer.open("rct_1", one[:-1] + bytes([one[-1] ^ 1])) != BODY
    assert a_sealer(NEW).open("rct_1", one) == BODY, "another process, another salt"
    assert BODY not in one


def test_a_secret_that_is_no_key_is_refused() -> None:
    with pytest.raises(SettingsError, match="use 16 bytes or more"):
        a_sealer("short")
