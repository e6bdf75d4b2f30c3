"""Wiring of telemetry: settings and a hub come in; who is told what happens goes out."""

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tieline.adapters.system.ids import SystemIds
from tieline.adapters.telemetry.counter import CountingObserver
from tieline.adapters.telemetry.json_log import JsonLog, LogAbout
from tieline.adapters.telemetry.lines import LineObserver
from tieline.adapters.telemetry.metrics import Metrics
from tieline.adapters.telemetry.observers import EveryFactObserver, FilteringObserver, Observers
from tieline.adapters.telemetry.writer import LineWriter
from tieline.model.base.errors import SettingsError
from tieline.model.hub.flow import HubSpec
from tieline.pipeline.redactor import Redactor
from tieline.ports.clock import Clock
from tieline.ports.observer import Observer
from tieline.ports.vault import Vault
from tieline.settings.settings import Settings

MISSING = "install the extra that sends traces: pip install 'tieline[otel]'"


@dataclass(slots=True)
class Telemetry:
    """Who is told what happens in one process, and how that ends."""

    observer: Observer
    discretion: Redactor
    metrics: Metrics | None = None
    writer: LineWriter | None = None
    fanout: Observers | None = None
    spans_dropped: Callable[[], int] = int
    closers: list[Callable[[], None]] = field(default_factory=list)

    def render(self) -> tuple[bytes, str]:
        """The metrics as text, and its media type; takes a while, so call it in a thread."""
        if self.metrics is None:
            return b"", "text/plain"
        self.metrics.dropped(self.dropped())
        return self.metrics.text()

    def dropped(self) -> dict[str, int]:
        """What could not be kept so far."""
        counts = {"lines": 0 if self.writer is None else self.writer.dropped}
        counts["spans"] = self.spans_dropped()
        counts["facts"] = 0 if self.fanout is None else self.fanout.failed
        return counts

    def close(self) -> None:
        """Write what waits."""
        for close in reversed(self.closers):
            close()


def open_telemetry(
    hub: HubSpec, settings: Settings, vault: Vault, clock: Clock, observer: Observer | None = None
) -> Telemetry:
    """Who is told; *observer* is told besides. Raises SettingsError.

    ``log_format = "auto"`` writes nothing here: who serves people has decided before.
    """
    further = () if settings.alert_webhook is None else (settings.alert_webhook,)
    discretion = Redactor(hub, vault, clock, further)
    wants: list[FilteringObserver] = [] if observer is None else [EveryFactObserver(observer)]
    made = Telemetry(observer or CountingObserver(), discretion)
    if settings.metrics:
        made.metrics = Metrics(hub, _about(settings))
        wants.append(made.metrics)
    if settings.log_format in {"json", "text"}:
        wants.append(_log(made, hub, settings, clock))
    if settings.otlp_endpoint is not None:
        wants.append(_traces(made, hub, settings, settings.otlp_endpoint, clock))
    if wants:
        made.fanout = made.observer = Observers(wants)
    return made


def _about(settings: Settings) -> dict[str, str]:
    """What tells this process from the others of its hub."""
    number = "" if settings.child is None else str(settings.child)
    roles = ",".join(settings.roles)
    return {"host": platform.node(), "pid": str(os.getpid()), "number": number, "roles": roles}


def _log(made: Telemetry, hub: HubSpec, settings: Settings, clock: Clock) -> FilteringObserver:
    try:
        path = None if settings.log_file is None else Path(settings.log_file)
        writer = LineWriter(path)
    except OSError as error:
        raise SettingsError("log_file", settings.log_file, str(error.strerror)) from None
    made.writer = writer
    made.closers.append(writer.close)
    if settings.log_format == "text":
        prefix = "" if settings.child is None else f"[{settings.child}] "
        clean = made.discretion.clean
        return EveryFactObserver(
            LineObserver(writer.write, clock.now_us, clean=clean, prefix=prefix)
        )
    log = JsonLog(
        writer.write,
        clock.now_us,
        about=LogAbout(hub.name, settings.child, settings.log_level),
        clean=made.discretion.clean,
    )
    writer.dropped_line = log.dropped_line
    return log


def _traces(
    made: Telemetry, hub: HubSpec, settings: Settings, endpoint: str, clock: Clock
) -> FilteringObserver:
    try:
        from tieline.adapters.telemetry.traces import Traces
    except ModuleNotFoundError as error:
        if error.name is None or not error.name.startswith("opentelemetry"):
            raise
        raise SettingsError("otlp_endpoint", endpoint, MISSING) from None
    traces = Traces(endpoint, hub.name, SystemIds().span, made.discretion.clean, clock.now_us)
    made.spans_dropped = partial(getattr, traces, "dropped")
    made.closers.append(traces.close)
    return traces


def traced_share(settings: Settings) -> float:
    """Which share of new traces is recorded: none where nobody collects them."""
    return 0.0 if settings.otlp_endpoint is None else settings.trace_percent / 100
