"""Secrets that are planted everywhere are found nowhere: in no store, log, trace or metric."""

from pathlib import Path

import orjson
import pytest
from tests.canary import (
    API_KEY,
    EMAIL,
    NATIONAL_ID,
    PASSWORD,
    PLANTED,
    SECRETS,
    Cage,
    a_cage,
    drive,
    post,
)
from tests.engine import until

from tieline.model.base.errors import SettingsError, StoreError
from tieline.model.base.ids import RunId
from tieline.model.commands import By, Pause, RetryDead
from tieline.model.views.views import ListAudit, ListEvents, ListRuns, ShowEvent

IN_PAYLOADS = (EMAIL, NATIONAL_ID, PASSWORD)
TOLD = (b"run.done", b"run.dead", b"run.held", b"call.failed", b"delivery.quarantined")


async def test_nothing_that_is_secret_gets_into_any_file_or_metric(tmp_path: Path) -> None:
    async with a_cage(tmp_path) as cage:
        await drive(cage)
        telemetry = cage.it.parts.telemetry
        assert telemetry is not None
        metrics, _ = telemetry.render()
        during = cage.written()
        assert any(name.endswith("-wal") and content for name, content in during.items())
        cage.nowhere_in(during | {"metrics": metrics})
    after = cage.written()

    cage.nowhere_in(after)
    (log,) = (content for name, content in after.items() if name.endswith(".log"))
    assert [told for told in TOLD if told not in log] == []


@pytest.mark.parametrize("ending", ["done", "refused", "reject"])
async def test_a_secret_that_somebody_uses_as_a_business_name_is_in_no_line(
    tmp_path: Path, ending: str
) -> None:
    async with a_cage(tmp_path) as cage:
        await cage.deliver(ending, 1, order=API_KEY)
        await until(lambda: len(cage.vendor.asked) > 0)
        await until(lambda: cage.it.parts.back.busy == 0)

    log = (cage.folder / "hub.log").read_bytes()
    assert {one.get("reference") for one in map(orjson.loads, log.splitlines())} == {
        None,
        "order:[redacted]",
    }
    cage.nowhere_in({"log": log})


async def test_without_a_sealing_key_only_payloads_hold_what_they_were_sent_with(
    tmp_path: Path,
) -> None:
    secrets = {name: text for name, text in SECRETS.items() if "SEALING" not in name}
    async with a_cage(tmp_path, secrets=secrets) as cage:
        await drive(cage)
    written = cage.written()

    cage.nowhere_in(written, [one for one in PLANTED if one not in IN_PAYLOADS])
    cage.nowhere_in({name: text for name, text in written.items() if name.endswith(".log")})
    assert any(EMAIL.encode() in content for content in written.values())


async def test_what_is_sealed_is_read_and_run_again(tmp_path: Path) -> None:
    async with a_cage(tmp_path) as cage:
        await drive(cage)
    async with a_cage(tmp_path) as cage:
        views = cage.it.parts.views
        page = await views.read(ListEvents())
        newest = await views.read(ShowEvent(page.rows[-1].id))
        raised = await _dead(cage, "RuntimeError")
        await cage.it.parts.journal.commit(RetryDead(raised, By("ops", "again", 1)))
        cage.it.parts.back.look()
        await until(lambda: cage.it.parts.back.busy == 0)

        assert newest.event.data is not None
        assert orjson.loads(newest.event.data)["email"] == EMAIL
        assert cage.vendor.asked == [], "what is remembered is not called again"


async def test_a_store_whose_key_is_lost_is_refused(tmp_path: Path) -> None:
    async with a_cage(tmp_path) as cage:
        await cage.deliver("done", 1)
    other = {**SECRETS, "TIELINE_SECRET_SEALING": "another-key-of-enough-bytes"}

    with pytest.raises(StoreError, match="sealed with a key that the vault does not have"):
        async with a_cage(tmp_path, secrets=other):
            pass
    async with a_cage(tmp_path) as cage:  # and it was let go of
        assert await cage.deliver("done", 2) == 202


async def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="use 16 bytes or more"):
        async with a_cage(tmp_path, secrets={**SECRETS, "TIELINE_SECRET_SEALING": "short"}):
            pass


async def _dead(cage: Cage, kind: str) -> RunId:
    page = await cage.it.parts.views.read(ListRuns(state="dead"))
    return next(row.id for row in page.rows if row.reason and kind in row.reason)


async def test_a_secret_that_comes_in_as_data_is_kept_nowhere(tmp_path: Path) -> None:
    unsealed = {name: text for name, text in SECRETS.items() if not name.endswith("SEALING")}
    planted = tuple(unsealed.values())
    async with a_cage(tmp_path, secrets=unsealed) as cage:
        for number, secret in enumerate(planted):
            data = {
                "order_id": secret, "email": f"{number}@example.org", "ending": "done",
                "person": {"national_id": "1"}, "note": [secret, {secret: secret}],
            }  # fmt: skip
            for type_, id_ in (("order.placed", f"x-{secret}"), (f"odd.{secret}", f"y-{number}")):
                document = {"id": id_, "type": type_, "data": data}
                assert await post(cage.it.port, orjson.dumps(document)) == 202
            assert await post(cage.it.port, b"no JSON, but " + secret.encode()) == 202
            by = By("ann", f"because of {secret}", 1)
            await cage.it.parts.journal.commit(Pause("flow", f"f{number}", by))
        await until(lambda: cage.it.parts.back.busy == 0)
        telemetry = cage.it.parts.telemetry
        assert telemetry is not None
        cage.nowhere_in(cage.written() | {"metrics": telemetry.render()[0]}, planted)
        [event, *_] = (await cage.it.parts.views.read(ListEvents())).rows
        audit = (await cage.it.parts.views.read(ListAudit())).rows
    cage.nowhere_in(cage.written(), planted)
    assert "[redacted]" in event.type or "[redacted]" in event.identity or event.type == "unknown"
    assert {row.reason for row in audit} == {"because of [redacted]"}


async def test_the_files_of_a_store_are_their_owners_only(tmp_path: Path) -> None:
    async with a_cage(tmp_path) as cage:
        await cage.deliver("done", 1)
        files = [path for path in cage.folder.iterdir() if path.name.startswith("tieline.db")]
        assert len(files) >= 3
        assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    (cage.folder / "tieline.db").chmod(0o644)
    async with a_cage(tmp_path) as cage:
        assert (cage.folder / "tieline.db").stat().st_mode & 0o777 == 0o600
