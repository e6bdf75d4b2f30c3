"""Wiring of the watch: the parts of a process come in; what looks at the hub and tells goes out."""

from collections.abc import Awaitable, Callable
from functools import partial

from tieline.adapters.system.listening import inherited
from tieline.compose.parts import Parts
from tieline.compose.service import Loop
from tieline.features.alerts.judge import EVERY_S, AlertJudge, AlertJudgeParts
from tieline.model.base.errors import SettingsError
from tieline.model.fleet.role import ProcessRole
from tieline.model.views.gauges import GuardGauges
from tieline.model.views.views import ListWorkers
from tieline.operations.levels import Gauged, Gauging, free_share
from tieline.ports.surface import Surface
from tieline.rules.fleet.presence import is_at_work
from tieline.rules.privacy.open_address import is_exposed
from tieline.rules.watch.alerts import AlertLimits
from tieline.rules.watch.fleet import has_role
from tieline.settings.settings import Settings
from tieline.surfaces.metrics.server import MetricsServer

LOOKS_AT_THE_STORE = {ProcessRole.SCHEDULER, ProcessRole.CONSOLE}
MINUTE_US = 60_000_000


def loops(parts: Parts, settings: Settings) -> list[Loop]:
    """Gauges in every process that counts, alerts where the schedules are."""
    made = []
    telemetry = parts.telemetry
    if telemetry is not None and telemetry.metrics is not None:
        gauging = Gauging(_gauged(parts), telemetry.metrics.refresh)
        made.append(Loop("gauges", gauging.pass_))
    judge = AlertJudge(_alarm_parts(parts, settings)).pass_
    is_scheduler = ProcessRole.SCHEDULER in parts.roles
    made.append(Loop("alerts", judge if is_scheduler else partial(_in_its_stead, parts, judge)))
    return made


async def _in_its_stead(parts: Parts, judge: Callable[[], Awaitable[float]]) -> float:
    """Judge where no scheduler is at work: somebody has to say that there is none."""
    now_us = parts.clock.now_us()
    workers = await parts.views.read(ListWorkers())
    at_work = [worker for worker in workers if is_at_work(worker, now_us)]
    return EVERY_S if has_role(at_work, ProcessRole.SCHEDULER) else await judge()


def surfaces(parts: Parts, settings: Settings) -> tuple[Surface, ...]:
    """The metrics alone, where a port for them is set; of several processes each has its own.

    Raises SettingsError for metrics that others could read, unsaid.
    """
    telemetry, port = parts.telemetry, settings.metrics_port
    if telemetry is None or telemetry.metrics is None or port is None:
        return ()
    check(settings)
    number = settings.child or 0
    own = port + number if port else 0
    listener = inherited("metrics_socket", settings.metrics_socket)
    return (MetricsServer(settings.metrics_host, own, telemetry.render, listener),)


def check(settings: Settings) -> None:
    """Raises SettingsError for metrics that others could read, unsaid."""
    if is_exposed(settings.metrics_host) and not settings.metrics_insecure:
        wanted = (
            "whoever reaches it could read the metrics, without TLS and token: scrape /metrics of "
            "the console with a token, or listen on 127.0.0.1, or, in a network of your own, set "
            "metrics_insecure = true"
        )
        raise SettingsError("metrics_host", settings.metrics_host, wanted)


def _gauged(parts: Parts) -> Gauged:
    looks = bool(LOOKS_AT_THE_STORE & parts.roles)
    return Gauged(
        parts.hub,
        parts.views if looks else None,
        parts.calls,
        parts.clock,
        partial(getattr, parts.journal, "waiting"),
        partial(getattr, parts.back, "busy"),
        parts.store.file,
    )


def _alarm_parts(parts: Parts, settings: Settings) -> AlertJudgeParts:
    telemetry = parts.telemetry
    metrics = None if telemetry is None else telemetry.metrics
    file = parts.store.file
    return AlertJudgeParts(
        hub=parts.hub,
        journal=parts.journal,
        views=parts.views,
        http=parts.http,
        clock=parts.clock,
        observer=parts.observer,
        guards=partial(_guards, parts),
        disk_free=(lambda: None) if file is None else partial(free_share, file),
        limits=AlertLimits(
            settings.alert_error_percent / 100,
            int(settings.alert_oldest_minutes * MINUTE_US),
            settings.alert_disk_percent / 100,
        ),
        has_parts=file is None,
        webhook=settings.alert_webhook,
        clean=str if telemetry is None else telemetry.discretion.clean,
        unwritten=lambda: parts.journal.trouble,
        firing=None if metrics is None else metrics.firing,
        slowness=None if metrics is None else metrics.slowness,
    )


def _guards(parts: Parts, now_us: int) -> list[GuardGauges]:
    """How the connections stand here, where workers and schedules share a process."""
    return [parts.calls.guard(spec).gauges(now_us) for spec in parts.hub.connections.values()]
