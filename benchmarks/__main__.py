"""Command line: the name of a benchmark comes in; a table, and with --json one line, go out."""

import argparse
import json
from collections.abc import Callable

from benchmarks.claim import claim
from benchmarks.contestants import CONTESTANTS
from benchmarks.idle import idle
from benchmarks.kill import KillPlan, kill
from benchmarks.rounds import RoundPlan
from benchmarks.runner import relay
from benchmarks.table import show

Report = dict[str, object]


def _relay(options: argparse.Namespace) -> Report:
    names = options.only.split(",") if options.only else list(CONTESTANTS)
    rates = tuple(int(rate) for rate in options.rates.split(",") if rate)
    plan = RoundPlan(options.seconds, options.connections, rates, options.backend)
    return relay(names, plan, options.rounds)


def _kill(options: argparse.Namespace) -> Report:
    name = options.only or next(iter(CONTESTANTS))
    return kill(name, KillPlan(connections=options.connections, backend=options.backend))


def _idle(options: argparse.Namespace) -> Report:
    name = options.only or next(iter(CONTESTANTS))
    return idle(name, seconds=options.seconds, queued=options.queued, backend=options.backend)


def _claim(options: argparse.Namespace) -> Report:
    return claim(options.longest)


BENCHMARKS: dict[str, Callable[[argparse.Namespace], Report]] = {
    "claim": _claim,
    "idle": _idle,
    "kill": _kill,
    "relay": _relay,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=sorted(BENCHMARKS))
    parser.add_argument("--json", action="store_true", help="end with one JSON line on stdout")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of each phase")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rates", default="200,1000", help="open-loop rates, comma separated")
    parser.add_argument("--backend", default="sqlite")
    parser.add_argument("--only", default="", help=f"some of {','.join(CONTESTANTS)}")
    parser.add_argument("--queued", type=int, default=100_000, help="idle: length of the queue")
    parser.add_argument("--longest", type=int, default=1_000_000, help="claim: longest queue")
    options = parser.parse_args()
    report = BENCHMARKS[options.benchmark](options)
    show(report)
    if options.json:
        print(json.dumps(report))


if __name__ == "__main__":
    main()
