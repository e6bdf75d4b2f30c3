"""Orders: an operator's command comes in; the call of the API that does the same goes out.

There is no second door for commands: what the command line orders of a hub elsewhere goes through
the calls that everybody uses, with their checks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import orjson

from tieline.model import commands as c
from tieline.model.base.errors import CommandRefused, NotFound
from tieline.model.command import Command, OperatorCommand
from tieline.model.people import access as a
from tieline.model.replays.operation import CancelOperation, StartOperation

HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Call:
    """A POST to the API, behind ``/api/v1``."""

    path: str
    body: dict[str, Any] = field(default_factory=dict)


def call_of(command: Command[Any]) -> Call:
    """The call that does *command*. Raises CommandRefused, and NotFound for a useless id."""
    if isinstance(command, a.AddUser | a.SetPassword):
        wanted = "invite them instead (tieline user invite): who is invited chooses it alone"
        raise CommandRefused(f"the password of {command.name!r} cannot be set over --url; {wanted}")
    make = CALLS.get(type(command))
    if make is None or not isinstance(command, OperatorCommand):
        words = f"{type(command).__name__} can only be ordered beside a store, without --url"
        raise CommandRefused(words)
    made = make(command)
    return Call(made.path, {**made.body, "reason": command.by.reason})


def answer_of(told: Mapping[str, Any]) -> c.Counted | c.Decided:
    """What an answer says was changed, as a store says it."""
    if isinstance(told.get("done"), list):
        refused = tuple((id_, words) for id_, words in told["refused"])
        return c.Decided(tuple(told["done"]), refused)
    return c.Counted(int(told.get("cancelled", told.get("fresh", True))))


def path(kind: str, noun: str, id_: str, verb: str) -> str:
    """``/noun/id/verb``. Raises NotFound for a text that can be no id of this *kind*."""
    if not id_ or "/" in id_:
        raise NotFound(kind, id_[:80])
    return f"/{noun}/{quote(id_, safe='')}/{verb}"


def _held(command: c.Pause | c.Resume) -> Call:
    verb = "pause" if isinstance(command, c.Pause) else "resume"
    return Call(path(command.kind, f"{command.kind}s", command.name, verb))


def _resolved(command: c.ResolveHeld) -> Call:
    result = {} if command.result is None else {"result": orjson.loads(command.result)}
    where = path("run", "held-runs", command.run_id, "resolve")
    return Call(where, {"decision": str(command.decision), **result})


def _muted(command: c.MuteIssue) -> Call:
    until_us = command.until_us
    hours = {} if until_us is None else {"hours": (until_us - command.by.at_us) / HOUR_US}
    return Call(path("issue", "issues", command.id, "mute"), hours)


def _started(command: StartOperation) -> Call:
    of = command.filter
    named = {"flow": of.flow, "kind": of.kind, "issue": of.issue, "connection": of.connection}
    given = {name: value for name, value in named.items() if value is not None}
    return Call("/operations", {"target": of.target, "action": command.action, **given})


CALLS: Mapping[type[Command[Any]], Callable[[Any], Call]] = {
    c.Pause: _held,
    c.Resume: _held,
    c.Cancel: lambda one: Call(path("run", "runs", one.run_id, "cancel")),
    c.RetryDead: lambda one: Call(
        path("run", "dead-letters", one.run_id, "retry"), {"as_new_action": one.as_new_action}
    ),
    c.DecideMany: lambda one: Call(
        "/runs/decide", {"action": one.action, "run_ids": list(one.run_ids)}
    ),
    c.CloseDeliveries: lambda one: Call(
        "/quarantined-receipts/close", {"receipt_ids": list(one.receipt_ids)}
    ),
    c.DiscardDead: lambda one: Call(path("run", "dead-letters", one.run_id, "discard")),
    c.ResolveHeld: _resolved,
    c.CancelReplay: lambda one: Call(path("replay", "replays", one.id, "cancel")),
    c.AcknowledgeIssue: lambda one: Call(path("issue", "issues", one.id, "acknowledge")),
    c.ResolveIssue: lambda one: Call(path("issue", "issues", one.id, "resolve")),
    c.ReopenIssue: lambda one: Call(path("issue", "issues", one.id, "reopen")),
    c.MuteIssue: _muted,
    a.SetRole: lambda one: Call(path("user", "users", one.name, "role"), {"role": str(one.role)}),
    a.RemoveUser: lambda one: Call(path("user", "users", one.name, "remove")),
    a.RevokeToken: lambda one: Call(path("token", "tokens", one.token, "revoke")),
    StartOperation: _started,
    CancelOperation: lambda one: Call(path("operation", "operations", one.id, "cancel")),
}
"""A dead run is edited, a replay started, an invitation and a token made by calls of their own: the
hub makes what is stored of them."""
