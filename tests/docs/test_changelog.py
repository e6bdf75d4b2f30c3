"""Changelog: each change brings its entry as a file of its own, and a release gathers them.

Why: two changes that both write into one file meet there at every merge. `changelog.d/README.md`
says how the files are named.
"""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "changelog.d"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]
KINDS = [kind["name"] for kind in SETTINGS["type"]]
NAME = re.compile(rf"{SETTINGS['issue_pattern']}\.({'|'.join(KINDS).lower()})\.md")
NO_ENTRIES = {"README.md", Path(SETTINGS["template"]).name}
ENTRIES = sorted(path for path in FOLDER.iterdir() if path.name not in NO_ENTRIES)


def faults(name: str, text: str) -> list[str]:
    """What is wrong with an entry, in words."""
    found = []
    if not NAME.fullmatch(name):
        found.append(f"{name} is not called words-of-it.kind.md; kinds: {', '.join(KINDS).lower()}")
    if not text.strip():
        found.append(f"{name} is empty; say what changed for those who use Tieline")
    if re.search(r"^#", text, re.MULTILINE) or text.lstrip().startswith(("- ", "* ")):
        found.append(f"{name} has a heading or a bullet of its own; it becomes one entry of a list")
    return found


@pytest.mark.parametrize("path", ENTRIES, ids=lambda path: path.name)
def test_an_entry_is_well_formed(path: Path) -> None:
    assert faults(path.name, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tenants-in-a-story.new.md", "A story names its tenant."),
        ("tenants-in-a-story.md", "A story names its tenant."),
        ("Story.added.md", "A story names its tenant."),
        ("41.added.md", "A story names its tenant."),
        ("tenants-in-a-story.added.md", "\n"),
        ("tenants-in-a-story.added.md", "- A story names its tenant."),
        ("tenants-in-a-story.added.md", "### Stories\n\nA story names its tenant."),
    ],
)
def test_an_entry_that_is_not_is_told_so(name: str, text: str) -> None:
    assert len(faults(name, text)) == 1


def test_nobody_writes_under_unreleased_by_hand() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    unreleased = text.partition("## [Unreleased]\n")[2].partition("\n## ")[0]

    assert "<!-- towncrier release notes start -->" in unreleased
    assert re.findall(r"^(?:[-*#].*)$", unreleased, re.MULTILINE) == [], "use changelog.d/"


def test_a_release_gathers_entries_by_kind_under_its_version(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    (tmp_path / "CHANGELOG.md").write_bytes((ROOT / "CHANGELOG.md").read_bytes())
    folder = tmp_path / "changelog.d"
    folder.mkdir()
    for name in NO_ENTRIES:
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    (folder / "b-lane.fixed.md").write_text("A lane goes on.\n", encoding="utf-8")
    (folder / "a-lane.fixed.md").write_text("Two lines\nof words.\n", encoding="utf-8")
    (folder / "a-story.added.md").write_text("A story.\n", encoding="utf-8")
    order = ["build", "--yes", "--version", "9.9.9", "--date", "2099-01-02"]

    subprocess.run([sys.executable, "-m", "towncrier", *order], cwd=tmp_path, check=True)

    written = (tmp_path / "CHANGELOG.md").read_text(encoding="utf-8")
    assert (
        "<!-- towncrier release notes start -->\n\n## [9.9.9] - 2099-01-02\n\n"
        "### Added\n\n- A story.\n\n"
        "### Fixed\n\n- Two lines\n  of words.\n- A lane goes on.\n\n## ["
    ) in written
    assert {path.name for path in folder.iterdir()} == NO_ENTRIES
