"""FarHub: questions and commands come in; a running hub elsewhere answers them over its API."""

import uuid
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import orjson

from tieline.model.call import Delivered, Egress, HttpAnswer, HttpRequest, Timeouts
from tieline.model.commands import Command, Counted
from tieline.model.errors import (
    CallFailed,
    CommandRefused,
    Conflict,
    NotFound,
    SettingsError,
    StoreError,
)
from tieline.model.ids import EventId, RunId
from tieline.model.views import Question
from tieline.operations.decide import Edited
from tieline.ports.http import HttpClient
from tieline.rules.exposed import is_exposed
from tieline.surfaces.remote import wire

R = TypeVar("R")

TIMEOUTS = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=60))
MOST_ANSWER_BYTES = 64 * 1024 * 1024
TRIES = 2
"""A request carries a key by which the hub does it once, so it may be sent again."""


class FarHub:
    """Journal and views of a hub on another machine, for people's commands."""

    def __init__(self, http: HttpClient, url: str, token: str, *, insecure: bool = False) -> None:
        """Raises SettingsError for a URL that would show the token, or no token."""
        self._http = http
        self._base = _base(url, insecure=insecure)
        self._egress = Egress(allow=(urlsplit(self._base).hostname or "",))
        if not token:
            wanted = "set the variable TIELINE_TOKEN, or give --token; an administrator makes one"
            raise SettingsError("the token", "", wanted)
        self._authorization = f"Bearer {token}"

    async def read(self, question: Question[R]) -> R:
        """Answer *question*. Raises NotFound, CommandRefused, SettingsError, StoreError."""
        kind = type(question)
        if kind.__name__ not in wire.QUESTIONS:
            raise CommandRefused(f"{kind.__name__} can only be asked of a store, without --url")
        args = wire.adapter(kind).dump_python(question, mode="json")
        told = await self._post("/questions", {"ask": kind.__name__, "args": args})
        answer: R = wire.answer_of(kind).validate_python(told["answer"])
        return answer

    async def commit(self, command: Command) -> Any:
        """Have *command* done. Raises as the hub's journal does."""
        name = wire.NAMES.get(type(command))
        if name is None:
            words = f"{type(command).__name__} cannot be ordered over the API"
            raise CommandRefused(words)
        args = wire.adapter(type(command)).dump_python(command, mode="json")
        told = await self._post("/commands", {"do": name, "args": args})
        return Counted(told["count"])

    async def edit(self, run_id: RunId, change: dict[str, Any], reason: str) -> Edited:
        """Retry a dead run with another payload: ``payload``, or ``changes`` by path."""
        path = f"/dead-letters/{quote(run_id, safe='')}/edit"
        told = await self._post(path, {**change, "reason": reason})
        return Edited(EventId(told["event"]), RunId(told["run"]))

    async def close(self) -> None:
        """Hang up."""
        await self._http.close()

    async def _post(self, path: str, document: dict[str, Any]) -> Any:
        request = HttpRequest(
            "POST",
            f"{self._base}/api/v1{path}",
            (
                ("authorization", self._authorization),
                ("content-type", "application/json"),
                ("accept", "application/json"),
                ("idempotency-key", uuid.uuid4().hex),
            ),
            orjson.dumps(document),
            TIMEOUTS,
            self._egress,
            MOST_ANSWER_BYTES,
        )
        answer = await self._send(request)
        try:
            told = answer.json()
        except ValueError:
            told = None
        if answer.status < 300 and isinstance(told, dict):
            return told
        raise self._error(answer.status, told)

    async def _send(self, request: HttpRequest) -> HttpAnswer:
        for number in range(1, TRIES + 1):
            try:
                return await self._http.send(request)
            except CallFailed as failure:
                if number < TRIES and failure.delivered is not Delivered.NO:
                    continue
                doubt = "" if failure.delivered is Delivered.NO else "; look before you repeat it"
                words = f"the hub at {self._base} cannot be reached: {failure.detail}{doubt}"
                raise StoreError(words) from None
        raise AssertionError  # the last try returns or raises

    def _error(self, status: int, told: Any) -> Exception:
        if not isinstance(told, dict) or "code" not in told:
            wanted = "give the address of a hub's console"
            return SettingsError("--url", self._base, f"{wanted} (it answered {status})")
        code, detail = str(told["code"]), str(told.get("detail", ""))
        match code:
            case "not-found":
                return NotFound(str(told.get("kind", "thing")), str(told.get("key", "")))
            case "conflict":
                return Conflict(detail)
            case "unauthenticated":
                return SettingsError("the token", "…", detail)
            case "forbidden" | "refused" | "invalid" | "bad-request" | "too-large" | "not-json":
                return CommandRefused(detail)
            case _:
                return StoreError(f"the hub at {self._base} says: {detail}")


def _base(url: str, *, insecure: bool) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
        wanted = "give the address of a hub's console, such as https://hub.acme.example"
        raise SettingsError("--url", url if "@" not in url else "…", wanted)
    if parts.scheme == "http" and is_exposed(parts.hostname) and not insecure:
        wanted = "the token would cross the network in the clear: use https://, or --insecure"
        raise SettingsError("--url", url, wanted)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"
