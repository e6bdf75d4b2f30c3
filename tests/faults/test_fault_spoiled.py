"""Spoiled: what a campaign asks at its end goes red when somebody spoils the store by hand."""

from pathlib import Path

import pytest
from tests.faults import town as town_module
from tests.faults.cluster import Cluster
from tests.faults.town import a_town

SPOILT = {
    "run-without-work": "UPDATE run SET state = 'ready' WHERE id = (SELECT min(id) FROM run)",
    "dead-without-letter": "UPDATE run SET state = 'dead' WHERE id = (SELECT max(id) FROM run)",
}


def test_rows_that_contradict_each_other_are_found_at_the_end(
    tmp_path: Path, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_town(tmp_path, cluster, count=1) as town:
        town.traffic.start()
        town.come_to_rest()
        assert town.contradictions() == []

        for guard in ("law_of_run ON run", "law_of_work ON work"):
            cluster.sql(f"DROP TRIGGER {guard}")
        for kind, text in SPOILT.items():
            cluster.sql(text)
            assert any(what.startswith(kind) for what in town.contradictions())

        for hub in town.hubs:
            hub.start()
        monkeypatch.setattr(town_module, "DRAIN_S", 10.0)  # what is spoilt never drains
        with pytest.raises(AssertionError):
            town.must_be_sound()
