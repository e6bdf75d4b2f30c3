"""Quickstart: each command on the page is run, in its order, and does what the page says."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.ports import free_port

PAGE = (Path(__file__).parents[2] / "docs" / "quickstart.md").read_text(encoding="utf-8")
BOOKS_PORT = "9101"
NOT_HERE = (". .venv/bin/activate", ". ../.venv/bin/activate", "make demo")
PATIENCE_S = 60.0


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def changed(text: str, change: str) -> str:
    """*text* after the page's change: lines that go, each time followed by those that come."""
    for away, here in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n?)+)", change, re.MULTILINE):
        old = re.sub(r"^-", "", away, flags=re.MULTILINE)
        assert old in text, old
        text = text.replace(old, re.sub(r"^\+", "", here, flags=re.MULTILINE))
    return text


@dataclass(slots=True)
class Reader:
    """Somebody who types what the page says; other ports are all that differs."""

    folder: Path
    hub_port: int = field(default_factory=free_port)
    books_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def typed(self, text: str) -> str:
        lines = [line for line in text.splitlines() if line not in NOT_HERE]
        return "\n".join(lines).replace(BOOKS_PORT, str(self.books_port))

    def types(self, text: str) -> str:
        """What a block prints; a last line that serves goes on behind it."""
        *first, last = self.typed(text).splitlines()
        serves = last.startswith(("tieline serve", "python -m tieline_sim"))
        done = self._run("\n".join(first if serves else [*first, last]))
        if serves:
            self._begin(last)
        return done

    def _run(self, script: str) -> str:
        done = subprocess.run(
            ["bash", "-e", "-c", script],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=240,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _begin(self, line: str) -> None:
        name = line.split()[0]
        process = subprocess.Popen(
            ["bash", "-c", f"set -a; [ -f .env ] && . ./.env; exec {line}"],
            cwd=self.folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        self.running[name] = process
        assert process.stdout is not None
        for said in process.stdout:
            if "ready" in said or said.startswith("{"):
                return
        raise AssertionError(f"{line} ended without being ready")

    def stops(self, name: str) -> None:
        process = self.running.pop(name)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        process.stdout.read()
        process.stdout.close()
        process.wait(PATIENCE_S)

    def _environment(self) -> dict[str, str]:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("TIELINE_")}
        return kept | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "TIELINE_PORT": str(self.hub_port),
            "TIELINE_CONSOLE_PORT": "0",  # the next one may be another test's
            "HUB_URL": f"http://127.0.0.1:{self.hub_port}",
        }


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    it = Reader(tmp_path)
    yield it
    for name in list(it.running):
        it.stops(name)


def test_what_the_page_tells_to_type_works(reader: Reader) -> None:
    _, _, look, own, second, books, again, broken, serve_two, shops = blocks("sh")
    (hub,), (settings,), (change,) = blocks("python"), blocks("toml"), blocks("diff")

    looked = reader.types(look.replace("--seconds 10", "--seconds 4"))
    assert "note_code is done" in looked

    *new, serve = own.splitlines()
    reader.types("\n".join([line for line in new if line != "set -a; . ./.env; set +a"]))
    reader.folder /= "shop-hub"
    reader.types(serve)
    story = reader.types(second)
    assert (story.count("and was answered 202"), story.count("book_order is done")) == (2, 1)

    reader.types(books)
    (reader.folder / "hub.py").write_text(hub, encoding="utf-8")
    (reader.folder / "tieline.toml").write_text(reader.typed(settings), encoding="utf-8")
    reader.stops("tieline")
    reader.types(again)
    told = reader.types(f"set -a; . ./.env; set +a\n{broken}")

    assert told.count("ended broken") == 2
    assert "book_order is done" in told
    stats = json.loads(told[told.rindex('{"vendor"') :])
    assert (stats["effects"], stats["double_effects"], stats["replayed"]) == (1, 0, 2)

    (reader.folder / "hub.py").write_text(changed(hub, change), encoding="utf-8")
    reader.stops("tieline")
    reader.types(serve_two)
    told = reader.types(f"set -a; . ./.env; set +a\n{shops}")
    assert told.count("book_order is done") == 1
    assert "of shop-b: all of it is done" in told
    assert "Is tenant shop-c ours? shop brought a delivery of it" in told


def test_the_page_points_at_files_that_are_there() -> None:
    docs = Path(__file__).parents[2] / "docs"
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (docs / target).exists(), target


def test_the_example_is_as_short_as_the_page_says() -> None:
    hub = Path(__file__).parents[2] / "examples" / "quote_to_cash" / "hub.py"
    code = [line for line in hub.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(code) < 130
