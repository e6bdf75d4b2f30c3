"""Presence: real processes tell how far their clocks are off, and that they ended by themselves."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.faults.town import HUB
from tests.hub_process import HubProcess, eventually

NOW = "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
WORKERS = "SELECT ahead_us, started_us, pid FROM worker"

OLDER_BY = "UPDATE worker SET beat_us = beat_us - {seconds}::bigint * 1000000"
LINES = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE application_name = 'tieline' AND datname = current_database()"
)


@pytest.fixture
def hub(tmp_path: Path, store: str) -> Iterator[HubProcess]:
    made = HubProcess(HUB, tmp_path, {"TIELINE_SECRET_BILLING_SIGNING": "whsec_x"}, address=store)
    yield made
    made.end()


@pytest.mark.parametrize(("off_s", "side"), [(60, "ahead of"), (-60, "behind")])
def test_a_process_whose_clock_is_off_is_found_by_the_doctor(
    hub: HubProcess, sql: Callable[[str], list[Any]], off_s: int, side: str
) -> None:
    ((before_us,),) = sql(NOW)
    hub.start(clock_offset_seconds=off_s)
    ((ahead_us, started_us, pid),) = sql(WORKERS)
    ((after_us,),) = sql(NOW)

    assert ahead_us == pytest.approx(off_s * 1e6, abs=2e6)
    assert before_us <= started_us <= after_us
    told = [json.loads(line) for line in hub.command("--json", "doctor", check=False).splitlines()]
    (found,) = (one for one in told if "clock of worker" in one["what"])
    assert found["level"] == "warning"
    assert f"pid {pid}) is {abs(ahead_us) / 1e6:.0f} s {side} that of the server" in found["what"]
    (row,) = map(json.loads, hub.command("--json", "workers", "list").splitlines())
    assert row["ahead_us"] == pytest.approx(off_s * 1e6, abs=2e6)


def test_a_process_that_stopped_is_gone_and_its_store_may_be_copied_at_once(
    hub: HubProcess, tmp_path: Path, sql: Callable[[str], list[Any]]
) -> None:
    hub.start()
    assert "running" in hub.command("workers", "list")
    assert hub.stop() == 0

    assert hub.command("--json", "workers", "list") == ""
    until_its_lines_are_cut(sql)
    hub.command("db", "copy", "--new-file", "--to", str(tmp_path / "copy.db"))


def test_a_process_that_was_killed_counts_for_as_long_as_it_said(
    hub: HubProcess, tmp_path: Path, sql: Callable[[str], list[Any]]
) -> None:
    hub.start(worker_silent_seconds=200)
    hub.kill()
    until_its_lines_are_cut(sql)
    copy = ("db", "copy", "--new-file", "--to", str(tmp_path / "copy.db"))

    sql(OLDER_BY.format(seconds=100))
    with pytest.raises(subprocess.CalledProcessError) as refused:
        hub.command(*copy)
    assert "did not say that it stopped; one that was killed counts for 200" in refused.value.stderr
    assert "silent" not in hub.command("workers", "list")

    sql(OLDER_BY.format(seconds=101))
    assert "silent for 3m" in hub.command("workers", "list")
    hub.command(*copy)


def until_its_lines_are_cut(sql: Callable[[str], list[Any]]) -> None:
    """The server notices a little later than the process ends."""
    eventually(lambda: sql(LINES) == [(0,)], "its connections are still there")
