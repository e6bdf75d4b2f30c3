"""Kill: a relay is killed under load and with a backlog; what was lost or doubled goes out."""

import json
import random
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from benchmarks.contestants import contestants
from benchmarks.event import Maker, now_us
from benchmarks.figures import percentiles_ms
from benchmarks.processes import Sink, load_command
from benchmarks.rounds import Stage, stage

PATIENCE_SECONDS = 40.0
READY_SECONDS = 60.0
SLOW_SINK_MS = 200


@dataclass(frozen=True, slots=True)
class KillPlan:
    """*kills* with a free sink, then as many with one so slow that a backlog stands."""

    kills: int = 5
    seconds_between: float = 2.0
    quiet_seconds: float = 2.0
    """Stragglers have arrived when nothing new has come for so long."""
    connections: int = 64
    backend: str = "sqlite"
    seed: int = 20_270


@dataclass(frozen=True, slots=True)
class Phase:
    """One way of being busy when the blow falls."""

    name: str
    first_seq: int
    delay_ms: int = 0
    rate: int = 0


PHASES = (
    Phase("under load", first_seq=1_000_000),
    Phase("with a backlog", first_seq=2_000_000, delay_ms=SLOW_SINK_MS, rate=2_000),
)


def kill(name: str, plan: KillPlan) -> dict[str, object]:
    """Losing an acknowledged event, or acting on one under two keys, is what must not happen."""
    with (
        stage(contestants(plan.backend)[name], plan.backend, keyed=True) as on,
        TemporaryDirectory(prefix="kill-") as scratch,
    ):
        striker = Striker(on, plan)
        figures = {phase.name: striker.play(phase, Path(scratch) / "acks") for phase in PHASES}
    lost, acknowledged = (
        sum(each[figure] for each in figures.values()) for figure in ("lost", "acknowledged")
    )
    return {
        "benchmark": "kill",
        "contestant": name,
        "seed": plan.seed,
        "median": figures,
        "ratio": lost / max(1, acknowledged),
    }


class Striker:
    """Kills one relay again and again, at moments nobody chose, and asks when it is back."""

    def __init__(self, on: Stage, plan: KillPlan) -> None:
        self._on = on
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._probes = count(1)

    def play(self, phase: Phase, acks: Path) -> dict[str, float]:
        sink, plan = self._on.sink, self._plan
        sink.control("reset")
        sink.control(f"delay/{phase.delay_ms}")
        command = load_command(
            self._on.url,
            seconds=plan.kills * plan.seconds_between + 1,
            connections=plan.connections,
            rate=phase.rate,
            first_seq=phase.first_seq,
            run=f"k{now_us()}",
            acks=acks,
        )
        with subprocess.Popen(command, stdout=subprocess.PIPE) as loading:
            ready_us = [self._strike() for _ in range(plan.kills)]
            output, _ = loading.communicate()
        sink.control("delay/0")
        load = json.loads(output)
        sink.wait_for(load["acknowledged"], patience_seconds=PATIENCE_SECONDS)
        self._settle()
        return _verdict(sink, load, acks.read_bytes(), phase.first_seq) | {
            "kills": plan.kills,
            "ready_p50_ms": percentiles_ms(ready_us)["p50"],
            "ready_max_ms": percentiles_ms(ready_us)["max"],
        }

    def _settle(self) -> None:
        seen = -1
        while (now := int(self._on.sink.stats()["received"])) > seen:
            seen = now
            time.sleep(self._plan.quiet_seconds)

    def _strike(self) -> int:
        """Kill, start again, and time the first accepted event."""
        time.sleep(self._plan.seconds_between * self._chance.uniform(0.5, 1.0))
        self._on.child.kill()
        started_us = now_us()
        self._on.child.start()
        while now_us() - started_us < READY_SECONDS * 1_000_000:
            if _takes(self._on.url, next(self._probes)):
                return now_us() - started_us
            time.sleep(0.005)
        raise RuntimeError(f"{self._on.url} took no event within {READY_SECONDS} s after a kill")


def _takes(url: str, seq: int) -> bool:
    """Whether a webhook with this number, far below those of the load, is accepted."""
    address = urlsplit(url)
    request = Maker(f"p{now_us()}", address.path).request(seq, now_us())
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    connection = HTTPConnection(str(address.hostname), address.port, timeout=5)
    with suppress(OSError, HTTPException):
        connection.request("POST", address.path, body, headers)
        return connection.getresponse().status < 300
    return False


def _verdict(
    sink: Sink, load: dict[str, Any], acknowledged: bytes, first_seq: int
) -> dict[str, float]:
    """Compare, event by event, what was acknowledged with what arrived."""
    arrived = sink.counts()[first_seq:].ljust(len(acknowledged), b"\0")
    pairs = zip(acknowledged, arrived, strict=False)
    return {
        "acknowledged": load["acknowledged"],
        "unanswered": load["lost_connections"],
        "lost": sum(1 for answered, times in pairs if answered and not times),
        "doubled": sink.stats()["doubled"],
        "repeats_under_one_key": sum(times - 1 for times in arrived if times > 1),
    }
