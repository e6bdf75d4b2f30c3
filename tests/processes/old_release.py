"""Old release: a revision of this repository goes in; its code, ready to be run, comes out."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCHEMA = "src/tieline/adapters/postgres/schema"


NAMES_OF_SETTINGS = """
try:
    from tieline.settings.settings import Settings
except ModuleNotFoundError:  # as it was called at first
    from tieline.settings import Settings
print(*Settings.model_fields)
"""


@dataclass(frozen=True, slots=True)
class OldRelease:
    """The sources of an earlier revision."""

    revision: str
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """With which Python finds this code, and not today's."""
        return {"PYTHONPATH": str(self.folder / "src")}

    def ask(self, script: str) -> str:
        """What a line of Python says, run over the old code."""
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, **self.environment},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    def settings(self) -> set[str]:
        """The settings that it knows."""
        return set(self.ask(NAMES_OF_SETTINGS).split())


def git(*words: str) -> str:
    """What git says of this repository; empty where it knows nothing of the kind."""
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


@cache
def has_history() -> bool:
    """Whether git is here, and knows this folder."""
    return shutil.which("git") is not None and bool(git("rev-parse", "HEAD"))


def last_commit() -> str:
    """The one before this; of a checkout without a past, the oldest that it has."""
    return git("rev-parse", "--verify", "HEAD^") or oldest()


def oldest_that_may_work_beside() -> str:
    """The oldest commit that no migration has taken anything away from since.

    That is the last one with only the first schema; or, where there is a migration that takes
    something away, the commit that brought it.
    """
    contracts = sorted(file for file in migrations_here() if "contract" in file)
    if contracts:
        return came_with(contracts[-1])[-1]
    second = came_with("")[1:2]
    return (git("rev-parse", "--verify", f"{second[0]}^") if second else last_commit()) or oldest()


def migrations_here() -> set[str]:
    """Today's."""
    return {file.name for file in (ROOT / SCHEMA).glob("*.sql")}


def came_with(file: str) -> list[str]:
    """The commits that brought *file*, or any of its folder; the oldest first."""
    path = f"{SCHEMA}/{file}"
    return git("log", "--reverse", "--diff-filter=A", "--format=%H", "--", path).split()


def oldest() -> str:
    """The oldest commit that can be reached."""
    return git("rev-list", "--max-parents=0", "HEAD").split()[-1]


def checked_out(revision: str, folder: Path) -> OldRelease:
    """The sources of *revision*, in *folder*."""
    packed = subprocess.run(
        ["git", "archive", "--format=tar", revision, "src"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=True,
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as files:
        files.extractall(folder, filter="data")
    made = OldRelease(revision, folder)
    where = made.ask("import tieline; print(tieline.__file__)")
    assert Path(where).is_relative_to(folder), where
    return made


def older(find: Callable[[], str]) -> str:
    """The revision that *find* finds, which is another than today's.

    Skips where there is none to be had; fails where everything is required to be tested.
    """
    wrong = _without_a_past()
    revision = "" if wrong else find()
    if not wrong and revision == git("rev-parse", "HEAD"):
        wrong = f"the older release that was found is today's, {revision}"
    if wrong and os.environ.get("TIELINE_TEST_REQUIRE_ALL_BACKENDS"):
        pytest.fail(f"{wrong}; clone this repository with its whole history")
    if wrong:
        pytest.skip(wrong)
    return revision


def _without_a_past() -> str:
    """Why nothing older is to be had; empty: there is."""
    if not has_history():
        return "no git, or a folder that it does not know"
    if git("rev-parse", "--is-shallow-repository") != "false":
        return "a shallow clone, which has no past"
    return ""
