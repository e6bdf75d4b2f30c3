"""RemoteHub: questions and commands come in; a running hub elsewhere answers them over its API."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit

from tieline.adapters.remote.api_calls import Orders, answer_of, call_of
from tieline.adapters.remote.questions import Questions, adapter, answers_of
from tieline.model.base.errors import (
    CallFailed,
    CommandRefused,
    Conflict,
    NotFound,
    SettingsError,
    StoreError,
)
from tieline.model.base.failure import Delivered
from tieline.model.base.ids import EventId, Micros, ReplayId, RunId
from tieline.model.base.json_text import json_text
from tieline.model.calls.call import Egress, HttpAnswer, HttpRequest, Timeouts
from tieline.model.command import Command
from tieline.model.commands import Edited, StartReplay
from tieline.model.people.role import Role
from tieline.model.replays.operation import StartOperation
from tieline.model.views.views import Question
from tieline.ports.http import HttpClient
from tieline.rules.formats.plain_time import iso, moment
from tieline.rules.privacy.open_address import is_exposed

A = TypeVar("A")
R = TypeVar("R")

TIMEOUTS = Timeouts(connect=timedelta(seconds=5), total=timedelta(seconds=60))
MOST_ANSWER_BYTES = 64 * 1024 * 1024
TRIES = 2
"""A request carries a key by which the hub does it once, so it may be sent again."""


@dataclass(frozen=True, slots=True, repr=False)
class RemoteAddress:
    """A hub elsewhere, and what lets us in; prints without the latter."""

    url: str
    token: str
    insecure: bool = False
    """Whether the token may cross a network in the clear."""

    def __repr__(self) -> str:
        return f"RemoteAddress({self.url!r})"


class RemoteHub:
    """Journal and views of a hub on another machine, for people's commands."""

    def __init__(
        self, http: HttpClient, place: RemoteAddress, orders: Orders, questions: Questions
    ) -> None:
        """Raises SettingsError for a URL that would show the token, or no token."""
        url, token, insecure = place.url, place.token, place.insecure
        self._http = http
        self._orders = orders
        self._questions = questions
        self._base = _base(url, insecure=insecure)
        self._egress = Egress(allow=(urlsplit(self._base).hostname or "",))
        if not token:
            wanted = "set the variable TIELINE_TOKEN, or give --token; an administrator makes one"
            raise SettingsError("the token", "", wanted)
        self._authorization = f"Bearer {token}"

    async def read(self, question: Question[R]) -> R:
        """Answer *question*. Raises NotFound, CommandRefused, SettingsError, StoreError."""
        kind = type(question)
        if kind.__name__ not in self._questions:
            raise CommandRefused(f"{kind.__name__} can only be asked of a store, without --url")
        args = adapter(kind).dump_python(question, mode="json")
        told = await self._post("/questions", {"ask": kind.__name__, "args": args})
        answer: R = answers_of(kind).validate_python(told["answer"])
        return answer

    async def commit(self, command: Command[A]) -> A:
        """Have *command* done by the call that everybody uses. Raises as the hub's journal does."""
        call = call_of(command, self._orders)
        told = await self._post(call.path, call.body)
        # The calls that ``call_of`` makes are answered as the commands are.
        return cast("A", answer_of(told))

    async def edit(self, run_id: RunId, change: dict[str, Any], reason: str) -> Edited:
        """Retry a dead run with another payload: ``payload``, or ``changes`` by path."""
        path = f"/dead-letters/{quote(run_id, safe='')}/edit"
        told = await self._post(path, {**change, "reason": reason})
        return Edited(EventId(told["event"]), RunId(told["run"]))

    async def start_replay(self, order: StartReplay, as_planned: str | None) -> ReplayId:
        """Start what was planned and confirmed; the hub plans it once more and makes the id.

        Raises Conflict if *as_planned* is given, and it would do something else now.
        """
        wanted = order.filter
        texts = {
            "source": wanted.source,
            "type": wanted.type,
            "flow": wanted.flow,
            "since": None if wanted.since_us is None else iso(wanted.since_us),
            "until": None if wanted.until_us is None else iso(wanted.until_us),
            "issue": wanted.issue,
            "kind": wanted.kind,
            "connection": wanted.connection,
            "tenant": wanted.tenant,
        }
        given = {name: text for name, text in texts.items() if text is not None}
        ids, states = list(wanted.event_ids), list(wanted.states)
        again = {"as_new_action": order.as_new_action, "effects_again": order.as_new_action}
        how = {"per_second": order.per_second, "reason": order.by.reason, **again}
        if as_planned is not None:
            how["as_planned"] = as_planned
        told = await self._post("/replays", {**given, "event_ids": ids, "states": states, **how})
        return ReplayId(told["id"])

    async def start_bulk(self, order: StartOperation, as_planned: str | None) -> str:
        """Begin to decide every run of a filter; the hub plans it once more and makes the id.

        Raises Conflict if *as_planned* is given, and it would do something else now.
        """
        call = call_of(order, self._orders)
        held = {} if as_planned is None else {"as_planned": as_planned}
        told = await self._post(call.path, {**call.body, **held})
        return str(told["id"])

    async def invite(self, name: str, role: Role, reason: str) -> tuple[str, Micros]:
        """The path of an invitation, behind the console's address, and until when it is good."""
        told = await self._post("/users", {"name": name, "role": str(role), "reason": reason})
        path = self._shown_once(told["path"], f"the invitation of {name!r}")
        return path, moment(told["expires_at"], 0, name="expires_at")

    async def make_token(self, asked: Mapping[str, Any]) -> tuple[str, str]:
        """The id of a new token, and the token itself."""
        told = await self._post("/tokens", dict(asked))
        return str(told["id"]), self._shown_once(told["token"], f"the token {told['id']}")

    def _shown_once(self, secret: str | None, what: str) -> str:
        """Raises StoreError when the answer that had it was lost, and a repeat has it no more."""
        if secret is None:
            words = f"{what} was made, but the answer was lost on the way; make another"
            raise StoreError(f"the hub at {self._base} says: {words}")
        return secret

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
            json_text(document),
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
                said = failure.detail
                detail = said.partition(" cannot be reached: ")[2] or said
                words = f"the hub at {self._base} cannot be reached: {detail}{doubt}"
                raise StoreError(words) from None
        raise AssertionError  # the last try returns or raises

    def _error(self, status: int, told: Any) -> Exception:
        is_ours = isinstance(told, dict) and "code" in told
        if not is_ours or (told["code"] == "not-found" and "kind" not in told):
            wanted = "give the address of a hub's console, without the path of a page"
            return SettingsError("--url", self._base, f"{wanted} (it answered {status})")
        code, detail = str(told["code"]), str(told.get("detail", ""))
        match code:
            case "not-found":
                return NotFound(str(told["kind"]), str(told.get("key", "")))
            case "conflict":
                return Conflict(detail)
            case "unauthenticated":
                wanted = "it is unknown, revoked or expired; an administrator makes a new one"
                return SettingsError("the token (--token, TIELINE_TOKEN)", "…", wanted)
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
