"""Command line: the name of a benchmark comes in; a table, and with --json one line, go out."""

import argparse
import json
import signal
import sys
from collections.abc import Callable

from benchmarks.against import BOUND, against
from benchmarks.claim import claim
from benchmarks.contestants import CONTESTANTS, ON_POSTGRES, POSTGRES, contestants
from benchmarks.cost import cost
from benchmarks.database import end_shared
from benchmarks.idle import idle
from benchmarks.ingest import ingest
from benchmarks.kill import KillPlan, kill
from benchmarks.pages import PagesPlan, pages
from benchmarks.rounds import RoundPlan
from benchmarks.runner import relay
from benchmarks.snapshot import snapshot
from benchmarks.steps import steps
from benchmarks.table import show
from benchmarks.targets import score, show_score
from benchmarks.telemetry import telemetry
from benchmarks.tenants import TenantsPlan, tenants
from benchmarks.turns import TurnsPlan

Report = dict[str, object]
OURS = "hub"


def _relay(options: argparse.Namespace) -> Report:
    rates = tuple(int(rate) for rate in options.rates.split(",") if rate and not options.against)
    phases = RoundPlan(options.seconds, options.connections, rates, options.backend)
    plan = TurnsPlan(phases, options.rounds, options.slices, options.slice_seconds)
    if options.against:
        return against(options.against, plan, options.bound or BOUND)
    names = options.only.split(",") if options.only else list(contestants(options.backend))
    return relay(names, plan)


def _steps(options: argparse.Namespace) -> Report:
    plan = RoundPlan(options.seconds, options.connections, (), options.backend)
    return steps(plan, options.rounds)


def _kill(options: argparse.Namespace) -> Report:
    plan = KillPlan(
        options.kills,
        options.seconds / 2,
        min(options.seconds / 2, 2.0),
        connections=options.connections,
        backend=options.backend,
    )
    return kill(options.only or OURS, plan)


def _idle(options: argparse.Namespace) -> Report:
    return idle(
        options.only or OURS,
        seconds=options.seconds,
        queued=options.queued,
        backend=options.backend,
    )


def _telemetry(options: argparse.Namespace) -> Report:
    plan = RoundPlan(options.seconds, options.connections, (), options.backend)
    return telemetry(plan, options.rounds)


def _claim(options: argparse.Namespace) -> Report:
    return claim(options.longest, options.backend)


def _ingest(options: argparse.Namespace) -> Report:
    plan = RoundPlan(options.seconds, options.connections, (), options.backend)
    return ingest(plan, options.rounds)


def _cost(options: argparse.Namespace) -> Report:
    return cost(RoundPlan(options.seconds, options.connections, (), options.backend))


def _snapshot(options: argparse.Namespace) -> Report:
    plan = RoundPlan(options.seconds, options.connections, (), options.backend)
    return snapshot(plan, options.hold)


def _tenants(options: argparse.Namespace) -> Report:
    plan = TenantsPlan(options.seconds, options.rounds, options.per_second, options.backend)
    return tenants(plan)


def _pages(options: argparse.Namespace) -> Report:
    return pages(PagesPlan(options.runs, options.times, options.store, options.backend))


def _all(options: argparse.Namespace) -> Report:
    """Every table, one after the other; the targets stand last."""
    reports: Report = {}
    for name, benchmark in BENCHMARKS.items():
        if name in OF_A_SERVER and options.backend != POSTGRES:
            continue
        print(f"--- {name}", file=sys.stderr, flush=True)
        reports[name] = report = benchmark(options)
        show(report)
    scored = score(reports, options.backend)
    show_score(scored, options.backend)
    ratio = scored.get("relay: share of the limit", {}).get("measured", 0.0)
    return {"benchmark": "all"} | reports | {"targets": scored, "ratio": ratio}


BENCHMARKS: dict[str, Callable[[argparse.Namespace], Report]] = {
    "relay": _relay,
    "steps": _steps,
    "claim": _claim,
    "telemetry": _telemetry,
    "kill": _kill,
    "idle": _idle,
    "ingest": _ingest,
    "cost": _cost,
    "snapshot": _snapshot,
    "pages": _pages,
    "tenants": _tenants,
}
OF_A_SERVER = {"ingest", "cost", "snapshot"}


def main() -> None:
    options = _parser().parse_args()
    if options.bound and not options.against:
        raise SystemExit("--bound goes with --against")
    if options.against and (options.benchmark, options.backend) != ("relay", "sqlite"):
        raise SystemExit("--against compares what `relay` measures, on a file")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("told to stop"))  # children, checkouts go
    try:
        report = _report(options)
    finally:
        end_shared()
    if options.json:
        print(json.dumps(report))
    if options.bound and float(str(report["ratio"])) > options.bound:
        sys.exit(1)


def _report(options: argparse.Namespace) -> Report:
    if options.benchmark == "all":
        return _all(options)
    report = BENCHMARKS[options.benchmark](options)
    show(report)
    return report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("benchmark", choices=["all", *BENCHMARKS])
    parser.add_argument("--json", action="store_true", help="end with one JSON line on stdout")
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each phase")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rates", default="200,1000", help="open-loop rates, comma separated")
    parser.add_argument("--backend", default="sqlite", choices=["sqlite", POSTGRES])
    both = ",".join(dict.fromkeys([*CONTESTANTS, *ON_POSTGRES]))
    parser.add_argument("--only", default="", help=f"some of {both}")
    parser.add_argument("--slices", type=int, default=20, help="relay: for each, in all rounds")
    parser.add_argument("--slice-seconds", type=float, default=0.5, help="relay: length of each")
    parser.add_argument("--against", default="", metavar="REV", help="relay: the hub of REV, too")
    parser.add_argument("--bound", type=float, help=f"--against: fail above it (say {BOUND})")
    parser.add_argument("--kills", type=int, default=5, help="kill: blows in each phase")
    parser.add_argument("--queued", type=int, default=100_000, help="idle: length of the queue")
    parser.add_argument("--hold", type=float, default=60.0, help="snapshot: seconds it is held")
    parser.add_argument("--longest", type=int, default=1_000_000, help="claim: longest queue")
    parser.add_argument("--runs", type=int, default=1_000_000, help="pages: runs in the store")
    parser.add_argument("--times", type=int, default=7, help="pages: how often each is asked for")
    parser.add_argument("--per-second", type=float, default=3.0, help="tenants: of the other")
    parser.add_argument("--store", default="", help="pages: a store that is filled already")
    return parser


if __name__ == "__main__":
    main()
