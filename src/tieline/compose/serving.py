"""Serving: a hub and its settings come in; it is at work until a signal ends the process."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tieline.adapters.system.child import ChildSocket
from tieline.adapters.system.process_end import end_process_after
from tieline.compose.parts import open_vault
from tieline.compose.process import Running, running
from tieline.compose.service import told_to_stop
from tieline.model.hub.flow import HubSpec
from tieline.operations.doctor_engine import TURN_ON
from tieline.operations.redaction import sensitive_fields
from tieline.pipeline.redactor import SEALING
from tieline.ports.vault import Vault
from tieline.rules.runs.ending import evidence, words
from tieline.settings.settings import Settings

if TYPE_CHECKING:
    from threading import Timer

T = TypeVar("T")

FIRST = 1
LEAVE_S = 2.0
"""How long a stopped process may take to end: flows that cannot be ended may hold it."""
BEYOND_S = 25.0
"""How long a stop may take beyond the time that its runs are given: door, store and loops."""


async def serve(hub: HubSpec, settings: Settings) -> None:
    """Run until told to stop; say on stderr what somebody should know of meanwhile."""
    say, limit_s = voice(settings.child), settings.shutdown_seconds + BEYOND_S
    stop_limit = StopLimit(limit_s)
    # Before anything answers: whoever finds us may also stop us.
    told = told_to_stop(stop_limit.arm)
    tie = None if settings.child is None else SupervisorWatch(settings.child, limit_s)
    if settings.child in {None, FIRST}:
        for warning in warnings(hub, open_vault(settings, os.environ)):
            say(f"warning: {warning}")
    async with running(hub, with_log_format(settings)) as it:
        for line in told_at_start(it, settings):
            say(line)
        say("ready")
        beating = None if tie is None else tie.say_ready()
        name = await told
        say(f"{name}: finishing {it.parts.back.busy} runs, at most {settings.shutdown_seconds} s")
    stop_limit.take_back()
    if beating is not None:
        beating.cancel()
    say("stopped")
    end_process_after(LEAVE_S, 0)


def with_log_format(settings: Settings) -> Settings:
    """*settings* with a format that suits whoever reads: text for people, JSON for machines."""
    if settings.log_format != "auto":
        return settings
    is_for_people = sys.stderr.isatty() and settings.log_file is None
    return settings.model_copy(update={"log_format": "text" if is_for_people else "json"})


def told_at_start(it: Running, settings: Settings) -> list[str]:
    """What people are told; the first of several processes tells it for all."""
    lines = [line for surface in it.surfaces for line in surface.where()]
    if settings.child in {None, FIRST}:
        about = f"{it.parts.hub.name} keeps its store in {it.parts.store.about}"
        doors = it.parts.hub.webhooks() if it.port else {}
        where = f"http://{settings.host}:{it.port}"
        risks = (f"warning: {risk}; {TURN_ON}" for risk in it.parts.store.warnings)
        return [
            about,
            *risks,
            *(f"source {name}: {where}{door.place}" for name, door in doors.items()),
            *lines,
        ]
    return lines


def warnings(hub: HubSpec, vault: Vault) -> list[str]:
    """What will not work, although the hub can start."""
    found = []
    if sensitive_fields(hub) and not vault.secrets(SEALING):
        found.append(
            f"sensitive fields stand in the store as they come: no secret {SEALING!r} to seal them"
        )
    for door in hub.webhooks().values():
        if door.unverified:
            found.append(f"source {door.name} takes what anybody sends (unverified=True)")
        elif not any(vault.secrets(name) for name in hub.secrets_of(door)):
            found.append(f"source {door.name} refuses everything: no secret {door.signing!r}")
    for connection in hub.connections.values():
        name = connection.credential
        if name is not None and not vault.secrets(name):
            found.append(f"connection {connection.name} cannot call: no secret {name!r}")
    return found


class StopLimit:
    """Ends the process some time after it was told to stop, whatever its loop does meanwhile."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._timer: Timer | None = None

    def arm(self) -> None:
        """It was told to stop; the first time counts."""
        if self._timer is None:
            why = f"not stopped within {self._limit_s:g} s: ended"
            self._timer = end_process_after(self._limit_s, 1, why)

    def take_back(self) -> None:
        """It has stopped."""
        if self._timer is not None:
            self._timer.cancel()


class SupervisorWatch:
    """Ties this process to its supervisor: what happens to that is heard of here."""

    def __init__(self, child: int, limit_s: float) -> None:
        """Raises SettingsError when no supervisor started this process."""
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # meant for the supervisor, whoever gets it
        self._lifeline = ChildSocket(child)
        self._lifeline.watch(partial(_orphaned, limit_s))

    def say_ready(self) -> "asyncio.Task[None]":
        """Tell the supervisor that this process is at work, and again and again that it is."""
        self._lifeline.say_ready()
        return asyncio.create_task(self._lifeline.beat(), name="lifeline")


def voice(child: int | None = None) -> Callable[[str], None]:
    """What says a line on stdout, with the number of the process where there are several."""
    name = "tieline" if child is None else f"tieline[{child}]"

    def say(text: str) -> None:
        with suppress(OSError):  # nobody listens any more, which is no reason to fail
            sys.stdout.write(f"{name}: {text}\n")
            sys.stdout.flush()

    return say


def _orphaned(limit_s: float) -> None:
    """The supervisor is gone: stop as if it had asked, and end in any case."""
    end_process_after(limit_s, 1, "the supervisor is gone")
    os.kill(os.getpid(), signal.SIGTERM)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run on uvloop where there is one, until *coroutine* ends and nothing else.

    A task or a callback of a flow that raises KeyboardInterrupt or SystemExit would end the loop
    for all: it is told, and the loop goes on.
    """
    make: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
    with suppress(ImportError):
        import uvloop

        make = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=make) as runner:
        loop = runner.get_loop()
        return _answer_of(loop.create_task(coroutine), loop)


def _answer_of(main: "asyncio.Task[T]", loop: asyncio.AbstractEventLoop) -> T:
    while True:
        try:
            return loop.run_until_complete(main)
        except (KeyboardInterrupt, SystemExit) as error:
            if main.done() or signal.getsignal(signal.SIGINT) is signal.default_int_handler:
                end_process_after(BEYOND_S, 1, "not ended in time: ended")
                raise
            _tell_contained(error)


def _tell_contained(error: BaseException) -> None:
    """Nobody asked this process to stop: signals come another way."""
    told = evidence(error).rstrip().rpartition("\n")
    with suppress(OSError):
        sys.stderr.write(f"{told[0]}\ntieline: a flow raised {words(error)}; the hub goes on\n")
        sys.stderr.flush()
