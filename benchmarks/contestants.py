"""Contestants: a name comes in; how to start that relay, and where it listens, goes out."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.event import PATH


@dataclass(frozen=True, slots=True)
class Place:
    """Where one contestant runs in one round."""

    directory: Path
    port: int
    sink_url: str
    backend: str = "sqlite"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A relay in a process: *module* takes --port, --directory, --sink; SIGTERM stops it."""

    module: str
    options: tuple[str, ...] = ()
    path: str = PATH
    has_backend: bool = False

    def command(self, place: Place) -> list[str]:
        words = [sys.executable, "-m", self.module, "--port", str(place.port)]
        words += ["--directory", str(place.directory), "--sink", place.sink_url, *self.options]
        return [*words, "--backend", place.backend] if self.has_backend else words

    def url(self, place: Place) -> str:
        return f"http://127.0.0.1:{place.port}{self.path}"


CONTESTANTS: Mapping[str, Contestant] = {
    "plain": Contestant("benchmarks.plain"),
    "limit": Contestant("benchmarks.limit"),
    "hub": Contestant("benchmarks.hub_relay", has_backend=True),
}
