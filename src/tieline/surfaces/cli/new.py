"""New: a name comes in; a folder with a small hub that runs, and its test, goes out."""

import re
from importlib.resources import files
from pathlib import Path
from string import Template

import typer

from tieline.model.base.errors import CommandRefused, SettingsError
from tieline.surfaces.cli import options as o

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}", re.ASCII)
FILES = {
    "hub.py": "hub.py.txt",
    "test_hub.py": "test_hub.py.txt",
    "send.py": "send.py.txt",
    "README.md": "README.md.txt",
    ".env.example": "env.example.txt",
    ".gitignore": "gitignore.txt",
}


def new(context: typer.Context, name: str) -> None:
    """Write a small project into the folder NAME: a hub with a webhook flow, its test, a README."""
    session = o.session_of(context)
    if not NAME.fullmatch(name):
        wanted = "use lower-case letters, digits, '-' and '_', beginning with a letter or digit"
        raise SettingsError("the project's name", name, wanted)
    folder = Path(name)
    if folder.exists():
        raise CommandRefused(f"{folder} is there already; choose another name, or remove it")
    folder.mkdir()
    for place, template in FILES.items():
        text = files(__package__).joinpath("project", template).read_text(encoding="utf-8")
        written = Template(text).safe_substitute(name=name)
        (folder / place).write_text(written, encoding="utf-8")
    if session.paper.is_json:
        session.paper.json({"done": True, "folder": name, "files": list(FILES)})
        return
    session.paper.say(f"{folder}/ is there: {', '.join(FILES)}")
    session.paper.say(f"next: cd {folder}, then do what README.md says")
