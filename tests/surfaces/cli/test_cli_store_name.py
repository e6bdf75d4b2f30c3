"""Store name: a slip in the address of a store is told in a sentence, and shows no password."""

import subprocess
import sys
from pathlib import Path

import pytest

SLIPS = {
    "postgresql://hub:hunt?er2@127.0.0.1/hub": "%23 %2F %3F %40",
    "postgresql://hub:hunt#er2@127.0.0.1/hub": "%23 %2F %3F %40",
    "postgresql://hub:hunt/er2@127.0.0.1/hub": "%23 %2F %3F %40",
    "postgresql://hub:hunter2@127.0.0.1:77777/hub": "a port is 1 to 65535",
    "postgresql://hub:hunter2@127.0.0.1/hub?conections=2": "did you mean connections?",
    "postgres:/hub:hunter2@127.0.0.1/hub": "use the path of a file",
}


@pytest.mark.parametrize("store", SLIPS)
@pytest.mark.parametrize("words", [("serve",), ("serve", "--processes", "2"), ("doctor",)])
def test_a_slip_is_told_and_is_no_defect(
    words: tuple[str, ...], store: str, tmp_path: Path
) -> None:
    line = [sys.executable, "-m", "tieline", "--store", store, *words]

    said = subprocess.run(
        line, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )

    assert said.returncode == 2
    assert SLIPS[store] in said.stderr
    assert "hunt" not in said.stdout + said.stderr
    assert "er2" not in said.stdout + said.stderr
    assert list(tmp_path.iterdir()) == []
