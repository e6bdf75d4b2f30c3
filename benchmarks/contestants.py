"""Contestants: a name comes in; how to start that relay, and where it listens, goes out."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.event import PATH

POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Place:
    """Where one contestant runs in one round."""

    directory: Path
    port: int
    sink_url: str
    store: str = ""
    """The URL of a database; empty: a file in the directory."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A relay in a process: *module* takes --port, --directory, --sink; SIGTERM stops it."""

    module: str
    options: tuple[str, ...] = ()
    path: str = PATH
    has_backend: bool = False
    """Whether it can keep its store in a database."""
    processes: int = 1
    root: Path | None = None
    """The checkout whose code it runs; None: that of whoever asks."""

    def command(self, place: Place) -> list[str]:
        words = [sys.executable, "-m", self.module, "--port", str(place.port)]
        words += ["--directory", str(place.directory), "--sink", place.sink_url, *self.options]
        if place.store:
            words += ["--store", place.store, "--processes", str(self.processes)]
        return words

    def url(self, place: Place) -> str:
        return f"http://127.0.0.1:{place.port}{self.path}"


CONTESTANTS: Mapping[str, Contestant] = {
    "plain": Contestant("benchmarks.plain"),
    "limit": Contestant("benchmarks.limit"),
    "hub": Contestant("benchmarks.hub_relay", has_backend=True),
}
ON_POSTGRES: Mapping[str, Contestant] = {
    "limit": CONTESTANTS["limit"],
    "hub on a file": Contestant("benchmarks.hub_relay"),
    "hub": CONTESTANTS["hub"],
    "hub x 2": Contestant("benchmarks.hub_relay", has_backend=True, processes=2),
    "hub x 4": Contestant("benchmarks.hub_relay", has_backend=True, processes=4),
}
"""The same hub on a server, with so many processes beside each other, and on a file."""


def contestants(backend: str) -> Mapping[str, Contestant]:
    """Who takes part where the store is of this kind."""
    return ON_POSTGRES if backend == POSTGRES else CONTESTANTS
