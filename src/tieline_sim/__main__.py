"""Entry point: ``python -m tieline_sim <vendor>|all`` comes in; listening vendors go out.

Prints one JSON line when it listens; ends on SIGTERM, on SIGINT, and when its parent is gone.
"""

import argparse
import asyncio
import gc
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from tieline_sim.front import front
from tieline_sim.mistake import Mistake
from tieline_sim.server import Listening, listen
from tieline_sim.vendors import VENDORS, ShopOptions, open_shop

PARENT_LOOK_SECONDS = 0.5


def main(argv: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(argv)
    asked.parent = asked.parent or os.getppid()  # later than this it might be gone already
    try:
        options = _options(asked)
        # the ledger only grows: full collections would stop the world for nothing
        gc.freeze()
        gc.set_threshold(50_000, 20, 100)
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_run(asked, options))
    except Mistake as mistake:
        sys.stderr.write(f"tieline_sim: {mistake}\n")
        return 2
    return 0


async def _run(asked: argparse.Namespace, options: ShopOptions) -> None:
    names = list(VENDORS) if asked.vendor == "all" else [asked.vendor]
    if asked.vendor == "all" and options.ledger is not None:
        options.ledger.mkdir(parents=True, exist_ok=True)
    shops = [open_shop(name, _for_vendor(options, name)) for name in names]
    doors: list[Listening] = []
    for position, shop in enumerate(shops):
        port = asked.port + position if asked.port else 0
        doors.append(await listen(front(shop), host=asked.host, port=port))
    told = _listen_for_signals()  # before anyone can know the pid
    _announce(asked.vendor, dict(zip(names, (door.port for door in doors), strict=True)))
    await _until(told, parent=asked.parent)
    for shop in shops:
        if shop.sender is not None:
            await shop.sender.close()
    for door in doors:
        await door.close()


def _announce(vendor: str, ports: dict[str, int]) -> None:
    ready: dict[str, Any] = {"vendor": vendor, "pid": os.getpid()}
    ready |= {"ports": ports} if vendor == "all" else {"port": ports[vendor]}
    sys.stdout.write(orjson.dumps(ready).decode() + "\n")
    sys.stdout.flush()


def _listen_for_signals() -> asyncio.Event:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return told


async def _until(told: asyncio.Event, *, parent: int) -> None:
    while not told.is_set() and os.getppid() == parent:
        try:
            await asyncio.wait_for(told.wait(), PARENT_LOOK_SECONDS)
        except TimeoutError:
            continue


def _for_vendor(options: ShopOptions, name: str) -> ShopOptions:
    """Where the ledger is a folder, each vendor has a file of its own in it."""
    if options.ledger is None or not options.ledger.is_dir():
        return options
    return replace(options, ledger=options.ledger / f"{name}.jsonl")


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    return uvloop.new_event_loop


def _options(asked: argparse.Namespace) -> ShopOptions:
    quota, _, window = asked.rate_limit.partition("/")
    try:
        limits = int(quota or 0), float(window or 1)
    except ValueError:
        raise Mistake(f"--rate-limit is {asked.rate_limit!r}; wanted 100/10") from None
    return ShopOptions(
        token=asked.token,
        secret=asked.secret,
        ledger=Path(asked.ledger) if asked.ledger else None,
        seed=asked.seed,
        quota=limits[0],
        window_seconds=limits[1],
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tieline_sim", description=__doc__)
    parser.add_argument("vendor", choices=[*VENDORS, "all"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one; all: the first of six")
    parser.add_argument("--ports-json", action="store_true", help="accepted for clarity with all")
    parser.add_argument("--ledger", default="", help="file of JSON lines; all: a folder")
    parser.add_argument("--token", default="", help="the bearer token requests must carry")
    parser.add_argument("--secret", default="", help="what signs webhooks")
    parser.add_argument("--seed", type=int, default=0, help="of faults with a probability")
    parser.add_argument("--rate-limit", default="", help="requests/seconds, for example 100/10")
    parser.add_argument("--parent", type=int, default=0, help="end when this is not the parent")
    return parser


if __name__ == "__main__":
    sys.exit(main())
