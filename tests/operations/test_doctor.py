"""Doctor: each thing that can be wrong is found, and said with what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import apsw
import pytest

from tieline import Hub
from tieline.adapters.sqlite.reader import SqliteReader
from tieline.adapters.vault.environment import EnvironmentVault
from tieline.compose.features import CATALOGUE, CHECKS
from tieline.compose.serving import warnings
from tieline.connectors import standard_webhooks, twilio
from tieline.features.schedules.model import KeepSchedule
from tieline.model.commands import Beat, By, KeepTally, Pause, TallyRow
from tieline.model.fleet.limits import ConnectionState, KeepConnectionStates
from tieline.model.hub.flow import HubSpec
from tieline.model.runs.run import Dead, Held
from tieline.model.views.details import StoreHealth
from tieline.model.views.rows import WorkCount
from tieline.model.views.series import MINUTE_US
from tieline.operations import doctor
from tieline.operations.doctor import DoctorFacts, Finding, Level
from tieline.operations.doctor_hub import DoctorHub, of_hub
from tieline.ports.views import Views

Invoice = Callable[..., dict[str, object]]
SECRETS = {
    "TIELINE_SECRET_BILLING_SIGNING": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "TIELINE_SECRET_BILLING_LIVE": "b",
    "TIELINE_SECRET_BOOKS_LIVE": "c",
}
VAULT = EnvironmentVault(SECRETS)


@pytest.fixture
async def views(house: Any) -> AsyncIterator[Views]:
    reader = SqliteReader(house.path, CATALOGUE)
    yield reader
    await reader.close()


async def examined(house: Any, views: Views, **options: Any) -> list[tuple[Level, str]]:
    """Errors and warnings, with the heartbeat of a hub that lives."""
    await house.journal.commit(Beat(house.worker, house.clock.at_us, "test"))
    vault = options.pop("vault", VAULT)
    place = DoctorHub(options.pop("hub", house.hub), vault, **options.pop("place", {}))
    found = await doctor.examine(views, place, vault, house.clock.at_us, checks=CHECKS)
    assert not options
    return [(one.level, one.what) for one in found if one.level is not Level.NOTE]


async def test_a_sound_hub_has_nothing_wrong(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1))

    wrong = await examined(house, views)
    found = await doctor.examine(
        views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us, thorough=True
    )

    assert wrong == []
    assert {one.level for one in found} == {Level.NOTE}


async def test_dead_and_held_runs_are_warned_of(house: Any, views: Views, invoice: Invoice) -> None:
    await house.deliver("invoice.paid", invoice(1))
    await house.deliver("order.made", {})
    await house.work(lambda run: Dead("x", "y") if run.lane else Held("z"))

    assert await examined(house, views) == [
        (Level.WARNING, "1 run is dead"),
        (Level.WARNING, "1 run is held"),
    ]


async def test_an_old_unfinished_run_is_warned_of(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    house.clock.advance(hours=2)

    [(level, words)] = await examined(house, views)

    assert level is Level.WARNING
    assert words.startswith("the oldest unfinished run is run_")
    assert words.endswith("of post_invoice, ready, since 2h")


async def test_the_age_of_the_queue_is_always_told(
    house: Any, views: Views, invoice: Invoice
) -> None:
    empty = await doctor.examine(views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us)
    await house.deliver("invoice.paid", invoice(1))
    house.clock.advance(minutes=20)

    found = await doctor.examine(views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us)

    assert (Level.NOTE, "no run is unfinished") in [(one.level, one.what) for one in empty]
    (told,) = (one for one in found if one.what.startswith("the oldest unfinished run"))
    assert told.level is Level.NOTE
    assert told.what.endswith("of post_invoice, ready, since 20m")


async def test_a_silent_hub_is_an_error(house: Any, views: Views) -> None:
    await house.claim()
    house.clock.advance(minutes=2)

    found = await doctor.examine(views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us)

    assert found[0].level is Level.ERROR
    assert "its last heartbeat was 2m ago" in found[0].what
    assert doctor.exit_code(found) == 1


async def test_an_overdue_schedule_and_a_pause_are_told(house: Any, views: Views) -> None:
    now_us = house.clock.at_us
    await house.journal.commit(KeepSchedule("schedule:nightly", "0 6 * * *", "UTC", now_us, 1))
    await house.journal.commit(Pause("flow", "announce", By("ana", "noise", now_us)))
    house.clock.advance(minutes=10)

    wrong = await examined(house, views)
    found = await doctor.examine(
        views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us, checks=CHECKS
    )

    notes = [one.what for one in found if one.level is Level.NOTE]
    assert wrong == [(Level.ERROR, "schedule:nightly is overdue by 10m")]
    assert "flow announce was paused 10m ago by ana: noise" in notes
    assert "schedule:nightly is not declared any more and never fires" in notes


async def test_work_of_a_flow_that_is_gone_is_an_error(
    house: Any, views: Views, invoice: Invoice
) -> None:
    await house.deliver("invoice.paid", invoice(1))
    fewer = replace(
        house.hub, flows={k: v for k, v in house.hub.flows.items() if k != "post_invoice"}
    )

    assert await examined(house, views, hub=fewer) == [
        (Level.ERROR, "1 run is of flow post_invoice, which is not declared any more")
    ]


async def test_missing_secrets_and_open_doors_are_found(house: Any, views: Views) -> None:
    hub = Hub("open")
    door = hub.connect("door", standard_webhooks)

    @hub.flow(on=door.webhook("a.b", unverified=True))
    async def take(payload: dict[str, Any]) -> None:
        """Take whatever comes."""

    missing = await examined(house, views, vault=EnvironmentVault({}))
    unverified = await examined(house, views, hub=hub.spec())

    assert missing == [
        (Level.ERROR, "connection billing: the vault has no secret 'billing-live'"),
        (Level.ERROR, "connection books: the vault has no secret 'books-live'"),
        (Level.ERROR, "source billing: the vault has no secret 'billing-signing'"),
    ]
    assert unverified == [
        (Level.WARNING, "source door takes deliveries that nobody signed (unverified=True)")
    ]


async def test_a_source_that_lets_nothing_in_is_named_with_the_reason_of_the_latest(
    house: Any, views: Views, invoice: Invoice
) -> None:
    minute = house.clock.at_us - house.clock.at_us % MINUTE_US
    rows = [("billing", "refused", 3), ("open", "refused", 9), ("open", "accepted", 1)]
    rows += [("fast", "refused", 5), ("fast", "rate-limited", 5), ("odd", "refused", 1)]
    tallied = tuple(TallyRow("source", n, MINUTE_US, minute, word, many) for n, word, many in rows)
    await house.journal.commit(KeepTally(tallied))
    await house.refuse("bad-signature: no secret fits")
    house.clock.advance(seconds=30)

    wrong = await examined(house, views)

    assert wrong == [
        (
            Level.ERROR,
            "source billing rejected all 3 deliveries of the last hour; the latest: "
            "bad-signature: no secret fits",
        ),
        (Level.WARNING, "source odd rejected its only delivery of the last hour"),
    ]


async def test_connections_that_take_no_calls_are_named_though_nothing_waits(
    house: Any, views: Views
) -> None:
    standings = (
        ("billing", ConnectionState("open", wait_us=60_000_000)),
        ("books", ConnectionState(refusals=2, refused_us=60_000_000)),
        ("gone", ConnectionState("open", wait_us=60_000_000)),
    )
    await house.journal.commit(KeepConnectionStates(standings, house.clock.at_us))

    found = await doctor.examine(views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us)

    told = {one.what.partition(",")[0]: one for one in found if one.what.startswith("connection")}
    assert set(told) == {"connection billing", "connection books"}
    assert told["connection billing"].level is Level.WARNING
    assert "whose breaker is open" in told["connection billing"].what
    assert told["connection books"].level is Level.ERROR
    assert told["connection books"].do.endswith("into the variable TIELINE_SECRET_BOOKS_LIVE")


@pytest.mark.parametrize(
    ("secret", "wrong"),
    [
        ("v1,whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "leave away what stands before whsec_"),
        ("whsec_not!base64", "wanted: base64 text after whsec_"),
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", None),
    ],
)
async def test_a_secret_that_cannot_be_used_is_told_without_a_word_of_it(
    house: Any, views: Views, secret: str, wrong: str | None
) -> None:
    vault = EnvironmentVault({**SECRETS, "TIELINE_SECRET_BILLING_SIGNING": secret})

    found = list(of_hub(DoctorHub(house.hub, vault)))

    told = [f"source billing: secret 1 of 'billing-signing' cannot be used: {wrong}"]
    assert [one.what for one in found] == ([] if wrong is None else told)
    assert all("TIELINE_SECRET_BILLING_SIGNING" in one.do for one in found)


def of_two(**signing: str) -> HubSpec:
    """A hub with two sources, one of whose vendors signs the URL."""
    hub = Hub("two")
    sms = hub.connect("sms", twilio, credential="sms-live", signing=signing.get("sms"))
    shop = hub.connect("shop", standard_webhooks, signing=signing.get("shop"))

    @hub.flow(on=sms.webhook("message.received"))
    async def receive(payload: dict[str, Any]) -> None:
        await sms.get("/x")

    @hub.flow(on=shop.webhook("order.made"))
    async def take(payload: dict[str, Any]) -> None:
        """Take an order."""

    return hub.spec()


def test_one_secret_of_two_connections_is_told_and_that_of_one_is_not() -> None:
    names = ("SMS_LIVE", "SMS_SIGNING", "SHOP_SIGNING")
    shared = EnvironmentVault({f"TIELINE_SECRET_{name}": "whsec_c2VjcmV0" for name in names})
    url = "https://hooks.acme.example"

    found = list(of_hub(DoctorHub(of_two(), shared, url)))

    assert [one.what for one in found] == [
        "connections sms and shop have one secret, as 'sms-live' and 'shop-signing': who has it "
        "for one can speak for the other"
    ]
    assert found[0].do == "give shop its own, in the variable TIELINE_SECRET_SHOP_SIGNING"


def test_a_source_whose_sender_signs_the_url_wants_to_know_the_address() -> None:
    secrets = {"SMS_LIVE": "an-own", "SMS_SIGNING": "another", "SHOP_SIGNING": "whsec_c2hvcA=="}
    vault = EnvironmentVault({f"TIELINE_SECRET_{name}": text for name, text in secrets.items()})

    said = warnings(DoctorHub(of_two(), vault))
    known = warnings(DoctorHub(of_two(), vault, "https://hooks.acme.example"))

    assert known == []
    assert said == [
        "source sms: its sender signs the URL, and public_url is not set: behind a proxy no "
        'signature will fit; do: set public_url = "https://…" in tieline.toml, as senders reach '
        "this hub"
    ]


def test_literals_that_look_like_keys_are_told_by_their_place_alone() -> None:
    text = "\n".join(
        [
            'shop = hub.connect("shop", stripe, credential="stripe-live", signing="shop-signing")',
            'digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
            'KEY = "sk_live_' + '4eC39HqLyjWDarjtT1zdp7dc"',
            "# token: ghp_" + "a1B2" * 9,
            'API_TOKEN = "' + "a1B2c3D4" * 3 + '"',
            "store = postgresql://hub:" + "hunter22" + "@db.example/hub",
            "-----BEGIN RSA " + "PRIVATE KEY-----",
        ]
    )
    place = DoctorHub(Hub("none").spec(), VAULT, files=(("hub.py", text),))

    found = [one for one in of_hub(place) if "no flows" not in one.what]

    assert [one.what.partition(":")[0] for one in found] == [
        f"hub.py, line {number}" for number in (3, 4, 5, 6, 7)
    ]
    assert "4eC39" not in str(found)


async def test_rows_that_contradict_each_other_are_errors(
    house: Any, views: Views, invoice: Invoice
) -> None:
    for number in range(5):
        await house.deliver(
            "invoice.paid", invoice(number, f"c{number % 2}"), identity=f"e{number}"
        )
    await house.claim()
    by = By("ana", "why", house.clock.at_us)
    await house.journal.commit(Pause("flow", "a", by))
    await house.journal.commit(Pause("flow", "b", by))
    await asyncio.to_thread(
        damage,
        house,
        "DROP TRIGGER law_of_run",
        "UPDATE run SET state = 'done' WHERE id = (SELECT min(head) FROM lane)",
        "DELETE FROM run WHERE id = (SELECT max(head) FROM lane)",
        "DELETE FROM worker",
        "DELETE FROM work WHERE run_id = (SELECT max(run_id) FROM work)",
        "DROP TRIGGER audit_stays",
        "UPDATE audit SET reason = 'because' WHERE seq = 1",
    )

    found = await doctor.examine(views, DoctorHub(house.hub, VAULT), VAULT, house.clock.at_us)

    wrong = [(one.level, one.what) for one in found if "heartbeat" not in one.what]
    kinds = sorted({words.split(":")[0] for level, words in wrong if level is Level.ERROR})
    assert kinds == [
        "audit-chain",
        "lane-stands-still",
        "run-without-work",
        "states-differ",
        "unknown-worker",
        "work-without-run",
    ]


def damage(house: Any, *statements: str) -> None:
    """Change the file behind the hub's back."""
    connection = apsw.Connection(str(house.path))
    for statement in statements:
        connection.execute(statement)
    connection.close()


HEALTH = StoreHealth("tieline.db", "0002", "3.54.1", 1, 1, 2**40, 7, None, None)
MEGABYTE = 2**20


@pytest.mark.parametrize(
    ("health", "level", "words"),
    [
        (replace(HEALTH, library="3.51.2"), Level.WARNING, "a defect in resetting its log"),
        (replace(HEALTH, log_bytes=300 * MEGABYTE), Level.WARNING, "has grown to 300 MB"),
        (replace(HEALTH, free_bytes=500 * MEGABYTE), Level.WARNING, "500 MB are free"),
        (replace(HEALTH, free_bytes=5 * MEGABYTE), Level.ERROR, "5 MB are free"),
        (replace(HEALTH, newest_us=10**15), Level.ERROR, "ahead of this machine's clock"),
        (replace(HEALTH, faults=("page 3 is lost",)), Level.ERROR, "damaged: page 3 is lost"),
    ],
)
def test_the_state_of_the_file_is_judged(health: StoreHealth, level: Level, words: str) -> None:
    facts = DoctorFacts(health, WorkCount((), None, True), (), (), (), False, 1)

    wrong = [one for one in doctor.of_store(facts) if one.level is not Level.NOTE]

    assert [one.level for one in wrong] == [level]
    assert words in wrong[0].what
    assert wrong[0].do


def test_only_errors_change_the_exit_code() -> None:
    assert doctor.exit_code([]) == 0
    assert doctor.exit_code([Finding(Level.WARNING, "w"), Finding(Level.NOTE, "n")]) == 0
    assert doctor.exit_code([Finding(Level.NOTE, "n"), Finding(Level.ERROR, "e")]) == 1
