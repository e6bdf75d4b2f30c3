"""Alerts: what is wrong now, since when and for whom."""

from typing import TYPE_CHECKING

from tieline.adapters.sql.store import alerting
from tieline.features.manifest import Answers, Feature, Handles
from tieline.model.people.alert import AlertRow, KeepAlerts
from tieline.model.runs.facts import AlertMoved
from tieline.model.views import views as v
from tieline.rules.people.access import Permission

if TYPE_CHECKING:
    import typer

    from tieline.surfaces.api.endpoint import ApiRequest, Endpoint


def _endpoints() -> tuple["Endpoint", ...]:
    from tieline.features.alerts import api

    return api.ENDPOINTS


async def _listed(ask: "ApiRequest", question: v.ListAlerts) -> tuple[AlertRow, ...]:
    from tieline.features.alerts.api import with_unwritten

    return await with_unwritten(ask, question)


def _commands(app: "typer.Typer") -> None:
    from tieline.features.alerts import cli as alerts

    app.command("alerts")(alerts.list_alerts)


ALERTS = Feature(
    name="alerts",
    says="Judges every few seconds what is wrong, and tells whoever must know.",
    commands=(Handles(KeepAlerts, alerting.keep),),
    questions=(
        Answers(v.ListAlerts, alerting.listed, needs=Permission.READ, by_hub=_listed),
        Answers(v.ReadKnownAlerts, alerting.book),
        Answers(v.ReadSigns, alerting.signs),
    ),
    endpoints=_endpoints,
    commands_of_people=_commands,
    tables=("alert", "alert_judge"),
    facts=(AlertMoved,),
)
