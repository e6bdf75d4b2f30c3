"""Faults: scripted rules come in as JSON; which fault strikes a request or an event goes out.

No I/O and no clock: how a fault looks on the wire is in ``breakage.py``, what it does to an event
in ``sender.py``. The first rule that matches and is not used up wins.
"""

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tieline_sim.messages import Request
from tieline_sim.mistake import Mistake

# kind -> its parameters with their defaults; the type of a default is the type that is accepted
ANSWER_KINDS: Mapping[str, Mapping[str, Any]] = {
    "status": {
        "status": 503,
        "retry_after_seconds": 0.0,  # 0: no Retry-After
        "retry_after_format": "seconds",  # or "date"
        "apply": False,
    },
    "hang": {"seconds": 3600.0, "apply": False},
    "slow": {"seconds": 1.0, "drip_bytes": 0, "drip_seconds": 0.05, "apply": True},
    "reset_before": {"seconds": 0.0, "apply": False},
    "reset_after": {"seconds": 0.0, "apply": True},
    "close_after": {"seconds": 0.0, "apply": True},
    "malformed": {"mode": "garbage", "apply": True},
    "expired_credential": {"apply": False},
    "error_200": {"error": "internal_error", "apply": False},
}
SENDER_KINDS: Mapping[str, Mapping[str, Any]] = {
    "duplicate": {"times": 2, "gap_seconds": 0.0},
    "reorder": {"behind": 1, "seconds": 0.5},
    "forge": {"mode": "wrong_secret", "only": False},
    "stale": {"age_seconds": 3600.0, "only": False},
}
CHOICES: Mapping[str, Sequence[str]] = {
    "retry_after_format": ("seconds", "date"),
    "malformed.mode": ("garbage", "truncated", "short", "long", "status_line"),
    "forge.mode": ("wrong_secret", "tampered", "missing"),
}
RULE_FIELDS = {"kind", "match", "count", "probability", "seed", "skip", "params"}
MATCH_FIELDS = {"method", "path_prefix", "body_contains", "event_type"}


@dataclass(frozen=True, slots=True)
class Match:
    """What a rule strikes; an empty field strikes everything."""

    method: str = ""
    path_prefix: str = ""
    body_contains: bytes = b""
    event_type: str = ""

    def request(self, request: Request) -> bool:
        return (
            self.method in ("", request.method)
            and request.path.startswith(self.path_prefix)
            and self.body_contains in request.body
        )

    def shown(self) -> dict[str, str]:
        said = {
            "method": self.method,
            "path_prefix": self.path_prefix,
            "body_contains": self.body_contains.decode(),
            "event_type": self.event_type,
        }
        return {name: value for name, value in said.items() if value}

    def event(self, event_type: str, body: bytes) -> bool:
        return event_type.startswith(self.event_type) and self.body_contains in body


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule, checked: what strikes, how often, and how."""

    kind: str
    match: Match
    params: Mapping[str, Any]
    count: int | None = None  # None: until it is deleted
    skip: int = 0  # matching requests or events that pass unharmed first
    probability: float = 1.0
    seed: int | None = None  # None: the book's own


class _Armed:
    """A fault with what has become of it so far."""

    __slots__ = ("chance", "fault", "fired", "seen")

    def __init__(self, fault: Fault, seed: int) -> None:
        self.fault = fault
        self.fired = 0
        self.seen = 0
        self.chance = random.Random(seed)  # noqa: S311 - repeatable tests, not secrets

    def strikes(self) -> bool:
        fault = self.fault
        if fault.count is not None and self.fired >= fault.count:
            return False
        self.seen += 1
        if self.seen <= fault.skip or self.chance.random() >= fault.probability:
            return False
        self.fired += 1
        return True


class FaultBook:
    """The rules in force at one vendor, in the order they were added."""

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed
        self._answers: list[_Armed] = []
        self._sendings: list[_Armed] = []
        self.fired: Counter[str] = Counter()  # by kind, deleted rules included

    def add(self, faults: Sequence[Fault]) -> None:
        for fault in faults:
            shelf = self._sendings if fault.kind in SENDER_KINDS else self._answers
            seed = self._seed if fault.seed is None else fault.seed
            shelf.append(_Armed(fault, seed))

    def clear(self, kind: str = "") -> int:
        """Remove the rules of one kind, or all; returns how many."""
        before = len(self._answers) + len(self._sendings)
        self._answers = [armed for armed in self._answers if kind not in ("", armed.fault.kind)]
        self._sendings = [armed for armed in self._sendings if kind not in ("", armed.fault.kind)]
        return before - len(self._answers) - len(self._sendings)

    def for_request(self, request: Request) -> Fault | None:
        for armed in self._answers:
            if armed.fault.match.request(request) and armed.strikes():
                return self._fires(armed)
        return None

    def for_event(self, event_type: str, body: bytes) -> Fault | None:
        for armed in self._sendings:
            if armed.fault.match.event(event_type, body) and armed.strikes():
                return self._fires(armed)
        return None

    def _fires(self, armed: _Armed) -> Fault:
        self.fired[armed.fault.kind] += 1
        return armed.fault

    def shown(self) -> list[dict[str, Any]]:
        """Every rule with how often it struck."""
        return [
            {
                "kind": armed.fault.kind,
                "match": armed.fault.match.shown(),
                "count": armed.fault.count,
                "fired": armed.fired,
                "params": dict(armed.fault.params),
            }
            for armed in (*self._answers, *self._sendings)
        ]


def read_rules(given: object) -> list[Fault]:
    """Check the JSON of ``POST /_control/faults``: a list of rules, bare or under ``rules``."""
    rules = given.get("rules") if isinstance(given, dict) else given
    if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
        raise Mistake('wanted a list of rules, or {"rules": [...]}')
    return [_read_rule(rule) for rule in rules]


def _read_rule(rule: dict[str, Any]) -> Fault:
    _only(rule, RULE_FIELDS, "rule")
    kind = str(rule.get("kind", ""))
    known = {**ANSWER_KINDS, **SENDER_KINDS}
    if kind not in known:
        raise Mistake(f"kind is {kind!r}; wanted one of {', '.join(known)}")
    return Fault(
        kind=kind,
        match=_read_match(rule.get("match", {})),
        params=_read_params(kind, known[kind], rule.get("params", {})),
        count=_amount(rule, "count", int, None),
        skip=_amount(rule, "skip", int, 0),
        probability=_amount(rule, "probability", float, 1.0),
        seed=_amount(rule, "seed", int, None),
    )


def _read_match(match: dict[str, Any]) -> Match:
    _only(match, MATCH_FIELDS, "match")
    return Match(
        method=str(match.get("method") or "").upper(),
        path_prefix=str(match.get("path_prefix") or ""),
        body_contains=str(match.get("body_contains") or "").encode(),
        event_type=str(match.get("event_type") or ""),
    )


def _read_params(kind: str, defaults: Mapping[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    _only(given, set(defaults), f"params of {kind}")
    params = dict(defaults)
    for name, value in given.items():
        wanted: type[Any] = type(defaults[name])
        params[name] = _amount(given, name, wanted, defaults[name])
        choices = CHOICES.get(f"{kind}.{name}", CHOICES.get(name))
        if choices is not None and value not in choices:
            raise Mistake(f"{name} is {value!r}; wanted one of {', '.join(choices)}")
    return params


def _amount(given: Mapping[str, Any], name: str, wanted: Callable[[Any], Any], default: Any) -> Any:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, bool) is (wanted is bool) and isinstance(value, str) is (wanted is str):
        return wanted(value)
    raise Mistake(f"{name} is {value!r}; wanted {getattr(wanted, '__name__', 'a number')}")


def _only(given: object, known: set[str], where: str) -> None:
    if not isinstance(given, dict):
        raise Mistake(f"{where} is {given!r}; wanted an object")
    unknown = sorted(set(given) - known)
    if unknown:
        raise Mistake(f"{where} has {unknown[0]!r}; it may have {', '.join(sorted(known))}")
