"""Settings: defaults, ``tieline.toml`` and ``TIELINE_*`` go in; one frozen value comes out."""

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo

from tieline.model.base.errors import SettingsError, SettingsMistakes
from tieline.model.fleet.role import ALL_ROLES, ProcessRole
from tieline.settings.telemetry import SECRET_VALUES, SHARED, TelemetrySettings
from tieline.settings.telemetry import WANTED as TELEMETRY_WANTED

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

FILE = "tieline.toml"
PREFIX = "TIELINE_"
HIGHEST_PORT = 65_535
NOT_SETTINGS = ("TIELINE_SECRET_", "TIELINE_TEST_", "TIELINE_URL", "TIELINE_TOKEN")
"""Secrets, our own tests, and which hub elsewhere the command line talks to."""
WANTED = {
    "hub": "file.py:name or module:name",
    "store": "the path of a file, or postgresql://user@host/database",
    "host": "an address, such as 127.0.0.1",
    "public_url": "the start of a URL, such as https://hooks.acme.example",
    "console_url": "the start of a URL, such as https://hub.acme.example",
    "migrations": "at-start or by-command",
    "keep_requests": "failed, all, or a share of the runs such as 5%",
    "connections": "a table for each, [connections.<name>]",
    "allow": "a list of texts",
    "roles": f"some of {', '.join(ALL_ROLES)}, with commas between them, each once",
    "console_host": "an address, such as 127.0.0.1",
} | TELEMETRY_WANTED
"""What would be right, where the type does not say it."""
SWITCH = {"true": True, "false": False}
"""How a switch is written in a variable of the environment."""
UNSEEN = "…"
"""Shown instead of a value that may be a misplaced secret."""


class ConnectionSettings(BaseModel):
    """What the place where a hub runs says of one connection, instead of the hub's code."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    base_url: str | None = Field(default=None, description="such as a vendor's sandbox")
    allow: tuple[str, ...] = Field(default=(), description="internal addresses it may reach")
    attempts: int | None = Field(default=None, ge=1, description="attempts of a call in all")
    first_wait_seconds: float | None = Field(
        default=None, gt=0, description="after the first attempt"
    )
    longest_wait_seconds: float | None = Field(
        default=None, gt=0, description="between two attempts"
    )


class Settings(TelemetrySettings):
    """Everything an operator may set. Read once, at start."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    hub: str = Field(
        default="hub.py:hub", description="where the hub is declared: file.py:name or module:name"
    )
    store: str = Field(
        default="tieline.db",
        description="path of the SQLite file, or postgresql://user@host/database",
    )
    roles: tuple[ProcessRole, ...] = Field(
        default=ALL_ROLES,
        min_length=1,
        description="what this process does: ingest, worker, scheduler, console",
    )
    processes: int = Field(
        default=1, ge=1, le=64, description="how many share the work on this machine"
    )
    host: str = Field(default="127.0.0.1", description="address the webhook door listens on")
    port: int = Field(default=8080, ge=0, le=65535, description="0 picks a free port")
    public_url: str | None = Field(
        default=None,
        description="how senders reach the door; some schemes sign it",
        json_schema_extra=SHARED,
    )
    insecure: bool = Field(
        default=False, description="true: no TLS although others can reach the webhook door"
    )
    console_host: str = Field(
        default="127.0.0.1", description="address of the console, the API and the metrics"
    )
    console_port: int | None = Field(
        default=None, ge=0, le=65535, description="0 picks a free port; left out: the door's and 1"
    )
    console_url: str | None = Field(
        default=None, description="how browsers reach the console, where a proxy stands in front"
    )
    console_cert: str | None = Field(
        default=None, description="the console's TLS certificate with its chain, PEM"
    )
    console_key: str | None = Field(default=None, description="the certificate's key, PEM")
    console_insecure: bool = Field(
        default=False, description="true: no TLS although others can reach the console"
    )
    secrets_folder: str | None = Field(default=None, description="folder with one file per secret")
    ca_file: str | None = Field(default=None, description="further certificate authorities, PEM")
    at_once: int = Field(default=1024, ge=1, le=100_000, description="runs executed at a time")
    step_threads: int = Field(
        default=32, ge=1, le=1000, description="threads for plain functions of steps"
    )
    max_connections: int = Field(
        default=1000, ge=1, description="senders at the door; one more takes the idlest's place"
    )
    request_seconds: float = Field(
        default=30.0, gt=0, description="from a request's first byte to its last"
    )
    idle_seconds: float = Field(
        default=75.0, gt=0, description="a kept connection without a request is closed after this"
    )
    max_waiting: int = Field(
        default=20_000,
        ge=1,
        description="commands that may wait for the disk before ingest answers 503",
    )
    shutdown_seconds: float = Field(
        default=20.0, ge=0, description="how long a stop waits for what is running"
    )
    worker_silent_seconds: float = Field(
        default=30.0,
        ge=1,
        le=3600,
        description="a process silent for this long loses its runs",
        json_schema_extra=SHARED,
    )
    keep_payloads_days: float = Field(
        default=30.0,
        gt=0,
        le=36_500,
        description="after this, bodies are forgotten",
        json_schema_extra=SHARED,
    )
    keep_runs_days: float = Field(
        default=90.0,
        gt=0,
        le=36_500,
        description="after this, finished runs are forgotten",
        json_schema_extra=SHARED,
    )
    keep_requests: str = Field(
        default="failed",
        pattern=r"^(failed|all|\d{1,2}(\.\d{1,3})?%)$",
        description="of which calls the request and the answer are kept, redacted: failed, all, or "
        "failed and those of a share of the runs, such as 5%",
        json_schema_extra=SHARED,
    )
    keep_requests_characters: int = Field(
        default=2_048,
        ge=256,
        le=65_536,
        description="how much of a request, and of an answer, is kept",
        json_schema_extra=SHARED,
    )
    keep_history_days: float = Field(
        default=365.0,
        gt=0,
        le=36_500,
        description="after this, PostgreSQL drops whole days of events without runs; a file keeps",
        json_schema_extra=SHARED,
    )
    dedupe_days: float = Field(
        default=30.0,
        gt=0,
        le=36_500,
        description="how long a repeat is recognised",
        json_schema_extra=SHARED,
    )
    migrations: Literal["at-start", "by-command"] = Field(
        default="at-start",
        description="at-start: a hub brings its store up to date; by-command: tieline db migrate",
    )
    connections: dict[str, ConnectionSettings] = Field(
        default={}, description="[connections.<name>]: what differs from the hub's code here"
    )
    child: int | None = Field(
        default=None, ge=1, description="set by a supervisor: which of its processes this is"
    )
    door_socket: int | None = Field(
        default=None, ge=0, description="set by a supervisor: an open socket that listens"
    )
    console_socket: int | None = Field(default=None, ge=0, description="the same for the console")
    crash_at: str | None = Field(
        default=None, description="for crash tests: end the process at this point"
    )
    clock_offset_seconds: float = Field(
        default=0.0, description="for clock tests: by how much the process mistakes the time"
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_switch(cls, value: object, info: ValidationInfo) -> object:
        """``true`` is not 1, whatever Python says; and a switch is nothing else."""
        is_switch = (
            info.field_name is not None and cls.model_fields[info.field_name].annotation is bool
        )
        if is_switch:
            if isinstance(value, str) and value.lower() in SWITCH:
                return SWITCH[value.lower()]
            if not isinstance(value, bool):
                raise ValueError
            return value
        if isinstance(value, bool):
            raise ValueError
        return value

    @field_validator("roles", mode="before")
    @classmethod
    def _with_commas(cls, value: object) -> object:
        """In the order of the path, however they were written; one that comes twice is a slip."""
        if isinstance(value, str):
            value = [name.strip() for name in value.split(",")]
        if isinstance(value, list | tuple) and all(role in ALL_ROLES for role in value):
            if len(set(value)) < len(value):
                raise ValueError
            return tuple(role for role in ALL_ROLES if role in value)
        raise ValueError

    @field_validator("hub", "store", "host", "console_host", "metrics_host")
    @classmethod
    def _not_blank(cls, value: str) -> str:
        if not value.strip():
            raise ValueError
        return value

    @field_validator("public_url", "console_url", "otlp_endpoint")
    @classmethod
    def _beginning_of_a_url(cls, value: str | None) -> str | None:
        """What senders sign is this with a path behind it."""
        parts = urlsplit(value or "http://none.example")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError
        if parts.query or parts.fragment or parts.username:
            raise ValueError
        return value

    @property
    def shared(self) -> dict[str, object]:
        """What all processes of a store must have alike."""
        fields = type(self).model_fields.items()
        return {n: getattr(self, n) for n, field in fields if field.json_schema_extra == SHARED}

    @property
    def kept_share(self) -> float:
        """Of how many runs (0 to 1) the calls that succeed are kept."""
        text = self.keep_requests
        return float(text == "all") if not text.endswith("%") else float(text[:-1]) / 100

    @property
    def console_at(self) -> int:
        """The console's port: unless it is set, the door's next, or any free one if that is 0."""
        if self.console_port is not None:
            return self.console_port
        return 0 if self.port in {0, HIGHEST_PORT} else self.port + 1


def load(
    overrides: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Defaults, then ``tieline.toml`` in *folder*, then the environment, then *overrides*.

    Raises SettingsError for a value that cannot be used, SettingsMistakes for several; each names
    the setting, the value, where it came from and what would be right.
    """
    given: dict[str, tuple[str, Any]] = {}
    path = (folder or Path.cwd()) / FILE
    if path.is_file():
        given |= {name: (str(path), value) for name, value in _read(path).items()}
    given |= _of_environment(os.environ if environment is None else environment)
    given |= {k: ("the command line", v) for k, v in (overrides or {}).items() if v is not None}
    try:
        return Settings(**{name: value for name, (_, value) in given.items()})
    except ValidationError as error:
        faults = error.errors(include_url=False)
    mistakes = [_explained(fault, given) for fault in faults]
    raise mistakes[0] if len(mistakes) == 1 else SettingsMistakes(mistakes)


def _explained(fault: "ErrorDetails", given: Mapping[str, tuple[str, Any]]) -> SettingsError:
    """One fault of Pydantic's, in our words."""
    place = fault["loc"]
    name = ".".join(map(str, place))
    origin, value = given[str(place[0])]
    is_inside = len(place) > 2  # connections.<name>.<field>, and maybe a position
    fields = (ConnectionSettings if is_inside else Settings).model_fields
    key = str(place[2] if is_inside else place[0])
    if fault["type"] == "extra_forbidden":
        return SettingsError(
            name, UNSEEN, f"{origin} sets it, but {_known(key, _in_order(fields))}"
        )
    found = value if len(place) == 1 else fault["input"]
    if "@" in str(found) or key in SECRET_VALUES:  # a URL with a password in it, or that is one
        found = UNSEEN
    return SettingsError(name, found, f"use {_wanted(key, fields[key])} ({origin} sets it)")


def _wanted(name: str, field: FieldInfo) -> str:
    """What would be right, from the type and the bounds of a field."""
    if name in WANTED:
        return WANTED[name]
    kinds = {bool: "true or false", int: "a whole number", float: "a number"}
    wanted = [next((k for t, k in kinds.items() if t in _types(field)), "a text")]
    for attribute, word in (("ge", "from"), ("gt", "above"), ("le", "up to")):
        bounds = [getattr(bound, attribute, None) for bound in field.metadata]
        wanted += [f"{word} {bound}" for bound in bounds if bound is not None]
    return " ".join(wanted)


def _types(field: FieldInfo) -> tuple[Any, ...]:
    return (field.annotation, *get_args(field.annotation))


def _in_order(fields: Mapping[str, FieldInfo]) -> list[str]:
    """The names of *fields*, those that everybody needs first."""
    return sorted(fields, key=lambda name: name in TelemetrySettings.model_fields)


def _known(key: str, names: list[str]) -> str:
    near = get_close_matches(key, names, n=1)
    if near:
        return f"there is no such setting; did you mean {near[0]}?"
    return f"the settings are: {', '.join(names)}"


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), UNSEEN, f"it is no TOML: {error}") from None
    except OSError as error:
        raise SettingsError(str(path), UNSEEN, f"make it readable: {error.strerror}") from None


def _of_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    """The variables that are ours; an empty one counts as not set."""
    found = {}
    for key, value in environment.items():
        if key.startswith(PREFIX) and not key.startswith(NOT_SETTINGS) and value:
            found[key.removeprefix(PREFIX).lower()] = (f"the variable {key}", value)
    return found
