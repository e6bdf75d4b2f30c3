"""Settings of telemetry: what the hub tells of itself, to whom, and when it raises the alarm."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, field_validator
from pydantic.config import JsonDict

LogFormat = Literal["auto", "json", "text", "none"]
LogLevel = Literal["debug", "info", "warning", "error"]

WANTED = {
    "log_format": "auto, json, text or none",
    "log_level": "debug, info, warning or error",
    "otlp_endpoint": "the start of a URL, such as http://127.0.0.1:4318",
    "alert_webhook": "a URL that takes a POST, such as https://chat.example/hooks/…",
}


SECRET_VALUES = frozenset({"alert_webhook"})
"""Settings that no message shows: who knows such an address may post to it."""
SHARED: JsonDict = {"shared": True}
"""Of a setting that all processes of one store must have alike."""


class TelemetrySettings(BaseModel):
    """The part of the settings that is about logs, metrics, traces and alerts."""

    log_format: LogFormat = Field(
        default="auto", description="json, text, none; auto: text on a terminal, json otherwise"
    )
    log_level: LogLevel = Field(
        default="info", description="the least that is written: debug, info, warning, error"
    )
    log_file: str | None = Field(
        default=None, description="append log lines here, instead of to standard error"
    )
    metrics: bool = Field(default=True, description="false: count nothing for Prometheus")
    metrics_host: str = Field(default="127.0.0.1", description="address of the metrics alone")
    metrics_insecure: bool = Field(
        default=False, description="others may read the metrics, without TLS and a token"
    )
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="serve only the metrics here, without a console"
    )
    metrics_socket: int | None = Field(
        default=None, ge=0, description="set by a supervisor: an open socket that listens"
    )
    otlp_endpoint: str | None = Field(
        default=None, description="send traces to this collector, OTLP over HTTP"
    )
    trace_percent: float = Field(
        default=1.0, ge=0, le=100, description="share of deliveries traced in full; failures always"
    )
    alert_webhook: str | None = Field(
        default=None, description='post alerts here, as chats take them: {"text": …}'
    )
    alert_error_percent: float = Field(
        default=20.0,
        gt=0,
        le=100,
        description="failed share of a connection's attempts in 5 minutes",
        json_schema_extra=SHARED,
    )
    alert_oldest_minutes: float = Field(
        default=30.0, gt=0, description="age of a run that has not ended", json_schema_extra=SHARED
    )
    alert_disk_percent: float = Field(
        default=10.0,
        ge=0,
        le=100,
        description="free share of the disk below which it is low",
        json_schema_extra=SHARED,
    )

    @field_validator("alert_webhook")
    @classmethod
    def _whole_url(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://none.example")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError
        return value
