"""Settings: defaults, ``tieline.toml`` and ``TIELINE_*`` go in; one frozen value comes out."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tieline.model.errors import SettingsError

FILE = "tieline.toml"
PREFIX = "TIELINE_"
NOT_SETTINGS = ("TIELINE_SECRET_", "TIELINE_TEST_")


class ConnectionSettings(BaseModel):
    """What the place where a hub runs says of one connection, instead of the hub's code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base_url: str | None = Field(default=None, description="such as a vendor's sandbox")
    allow: tuple[str, ...] = Field(default=(), description="internal addresses it may reach")
    attempts: int | None = Field(default=None, ge=1, description="tries of a call in all")
    first_wait_seconds: float | None = Field(default=None, gt=0, description="after the first try")
    longest_wait_seconds: float | None = Field(default=None, gt=0, description="between two tries")


class Settings(BaseModel):
    """Everything an operator may set. Read once, at start."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hub: str = Field(
        default="hub.py:hub", description="where the hub is declared: file.py:name or module:name"
    )
    store: str = Field(default="tieline.db", description="path of the SQLite file")
    host: str = Field(default="127.0.0.1", description="address the webhook door listens on")
    port: int = Field(default=8080, ge=0, le=65535, description="0 picks a free port")
    public_url: str | None = Field(
        default=None, description="how senders reach the door; some schemes sign it"
    )
    secrets_folder: str | None = Field(default=None, description="folder with one file per secret")
    ca_file: str | None = Field(default=None, description="further certificate authorities, PEM")
    at_once: int = Field(default=1024, ge=1, le=100_000, description="runs executed at a time")
    max_waiting: int = Field(
        default=20_000,
        ge=1,
        description="commands that may wait for the disk before ingest answers 503",
    )
    shutdown_seconds: float = Field(
        default=20.0, ge=0, description="how long a stop waits for what is running"
    )
    keep_payloads_days: float = Field(
        default=30.0, gt=0, description="after this, bodies are forgotten"
    )
    keep_runs_days: float = Field(
        default=90.0, gt=0, description="after this, finished runs are forgotten"
    )
    dedupe_days: float = Field(default=30.0, gt=0, description="how long a repeat is recognised")
    connections: dict[str, ConnectionSettings] = Field(
        default={}, description="[connections.<name>]: what differs from the hub's code here"
    )
    crash_at: str | None = Field(
        default=None, description="for crash tests: end the process at this point"
    )


def load(
    overrides: Mapping[str, Any] | None = None,
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Defaults, then ``tieline.toml`` in *folder*, then the environment, then *overrides*.

    Raises SettingsError for the first value that cannot be used; it names the setting, the value,
    where it came from and what would be right.
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
        raise _explained(error, given) from None


def _explained(error: ValidationError, given: Mapping[str, tuple[str, Any]]) -> SettingsError:
    fault = error.errors(include_url=False)[0]
    place = fault["loc"]
    name = ".".join(map(str, place))
    origin, value = given.get(str(place[0]), ("?", None))
    if len(place) > 1:
        value = fault["input"]
    if fault["type"] != "extra_forbidden":
        return SettingsError(name, value, f"{fault['msg']} (set by {origin})")
    model = Settings if len(place) == 1 else ConnectionSettings
    known = ", ".join(model.model_fields)
    return SettingsError(name, value, f"{origin} sets it, but the settings are: {known}")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(path), "…", f"it is no TOML: {error}") from None


def _of_environment(environment: Mapping[str, str]) -> dict[str, tuple[str, Any]]:
    found = {}
    for key, value in environment.items():
        if key.startswith(PREFIX) and not key.startswith(NOT_SETTINGS):
            found[key.removeprefix(PREFIX).lower()] = (f"the variable {key}", value)
    return found
