"""Control: a request to ``/_control/…`` comes in; the script or the counts of one vendor go out."""

from collections.abc import Callable, Coroutine
from typing import Any

import orjson

from tieline_sim.attempts import read_target
from tieline_sim.events import Blueprint, Event, Sealing, Voice
from tieline_sim.faults import read_rules
from tieline_sim.ledger import shown
from tieline_sim.limits import WindowLimit
from tieline_sim.messages import Answer, Request, as_json
from tieline_sim.mistake import Mistake
from tieline_sim.sender import Sender
from tieline_sim.shop import Shop

Pending = Coroutine[Any, Any, Answer]
PAGE = 1000
GENERATE_FIELDS = {
    "kind",
    "count",
    "rate_per_second",
    "start_number",
    "fields",
    "spread",
    "body_bytes",
}


def obey(shop: Shop, request: Request) -> Answer | Pending:
    """Do what a control request asks; 400 with the reason when it makes no sense."""
    verb = (request.method, request.path.removeprefix("/_control/"))
    ask = VERBS.get(verb)
    if ask is None:
        known = ", ".join(f"{method} {name}" for method, name in VERBS)
        return as_json({"error": f"no such control request; there are {known}"}, 404)
    try:
        return ask(shop, request)
    except Mistake as mistake:
        return as_json({"error": str(mistake)}, 400)


def _health(shop: Shop, _: Request) -> Answer:
    return as_json({"ok": True, "vendor": shop.name})


def _stats(shop: Shop, _: Request) -> Answer:
    return as_json(shop.stats())


def _add_faults(shop: Shop, request: Request) -> Answer:
    shop.faults.add(read_rules(_json(request)))
    return _show_faults(shop, request)


def _show_faults(shop: Shop, _: Request) -> Answer:
    return as_json({"rules": shop.faults.shown()})


def _clear_faults(shop: Shop, request: Request) -> Answer:
    return as_json({"removed": shop.faults.clear(request.parameters().get("kind", ""))})


def _ledger(shop: Shop, request: Request) -> Answer:
    asked = request.parameters()
    if "ref" in asked:
        found = shop.ledger.about(asked["ref"], asked.get("action", ""))
        return as_json({"entries": [shown(entry) for entry in found], "next": None})
    after, limit = _page(asked)
    rows = shop.ledger.after(after, limit)
    following = rows[-1].number if len(rows) == limit else None
    return as_json({"entries": [shown(entry) for entry in rows], "next": following})


def _deliveries(shop: Shop, request: Request) -> Answer:
    """The events of the sender, oldest first; pages are cut before ``state`` filters them."""
    asked = request.parameters()
    after, limit = _page(asked)
    rows = _sender(shop).deliveries[after : after + limit]
    state = asked.get("state")
    wanted = [row.shown() for row in rows if state in (None, row.state.value)]
    return as_json({"deliveries": wanted, "next": after + limit if len(rows) == limit else None})


def _target(shop: Shop, request: Request) -> Answer:
    sender, voice = _sender(shop), _voice(shop)
    target = read_target(_object(request), shop.secret)
    if target.secrets:
        try:
            voice.signed(Sealing("evt_0", b"{}", target.secrets, 0))
        except ValueError as why:
            raise Mistake(f"secret does not suit {shop.name}: {why}") from None
    sender.aim(target)
    return as_json({"url": target.url})


def _send(shop: Shop, request: Request) -> Answer:
    sender, voice, asked = _sender(shop), _voice(shop), _object(request)
    if not sender.aimed:
        raise Mistake("no target is set; POST /_control/target first")
    generate = asked.get("generate")
    if isinstance(generate, dict):
        return _generate(shop, sender, voice, generate)
    given = asked.get("events")
    if not isinstance(given, list) or not all(isinstance(event, dict) for event in given):
        raise Mistake('wanted {"events": [{…}, …]} or {"generate": {…}}')
    events: list[Event] = []
    for event in given:
        events.append(voice.worded(shop.next_number, event))
        shop.next_number += 1
    sender.offer(events)
    return as_json({"queued": len(events), "ids": [event.id for event in events]}, 202)


def _generate(shop: Shop, sender: Sender, voice: Voice, asked: dict[str, Any]) -> Answer:
    unknown = sorted(set(asked) - GENERATE_FIELDS)
    if unknown:
        raise Mistake(f"generate has {unknown[0]!r}; it may have {', '.join(GENERATE_FIELDS)}")
    kind = str(asked.get("kind", voice.kinds[0]))
    if kind not in voice.kinds:
        raise Mistake(f"kind is {kind!r}; {shop.name} has {', '.join(voice.kinds)}")
    start = _number(asked, "start_number", shop.next_number)
    numbers = range(int(start), int(start + _number(asked, "count", 1)))
    blueprint = Blueprint(
        kind=kind,
        fields=dict(asked.get("fields") or {}),
        spread=max(1, int(_number(asked, "spread", 100))),
        body_bytes=int(_number(asked, "body_bytes", 0)),
    )
    shop.next_number = max(shop.next_number, numbers.stop)
    sender.generate(blueprint, numbers, _number(asked, "rate_per_second", 0))
    return as_json({"queued": len(numbers), "start_number": numbers.start}, 202)


async def _idle(shop: Shop, seconds: float) -> Answer:
    sender = _sender(shop)
    idle = await sender.idle(seconds)
    return as_json({"idle": idle, "pending": sender.pending})


def _wait(shop: Shop, request: Request) -> Pending:
    asked = _object(request) if request.body else {}
    _sender(shop)
    return _idle(shop, _number(asked, "timeout_seconds", 10))


def _rotate(shop: Shop, request: Request) -> Answer:
    """A new credential is valid from now on, and scripted expiry is over."""
    asked = _object(request)
    token = asked.get("token")
    if not isinstance(token, str) or not token:
        raise Mistake(f"token is {token!r}; wanted the new token")
    shop.tokens = (token, *shop.tokens) if asked.get("keep_old") else (token,)
    shop.faults.clear("expired_credential")
    return as_json({"tokens": len(shop.tokens)})


def _limit(shop: Shop, request: Request) -> Answer:
    asked = _object(request)
    quota = int(_number(asked, "quota", 0))
    seconds = float(_number(asked, "window_seconds", 1))
    shop.limit = WindowLimit(quota, seconds) if quota > 0 else None
    return as_json({"quota": quota, "window_seconds": seconds})


VERBS: dict[tuple[str, str], Callable[[Shop, Request], Answer | Pending]] = {
    ("GET", "health"): _health,
    ("GET", "stats"): _stats,
    ("POST", "faults"): _add_faults,
    ("GET", "faults"): _show_faults,
    ("DELETE", "faults"): _clear_faults,
    ("GET", "ledger"): _ledger,
    ("GET", "deliveries"): _deliveries,
    ("POST", "target"): _target,
    ("POST", "send"): _send,
    ("POST", "idle"): _wait,
    ("POST", "rotate"): _rotate,
    ("POST", "limit"): _limit,
}


def _sender(shop: Shop) -> Sender:
    if shop.sender is None:
        raise Mistake(f"{shop.name} sends no webhooks")
    return shop.sender


def _voice(shop: Shop) -> Voice:
    if shop.vendor.voice is None:
        raise Mistake(f"{shop.name} sends no webhooks")
    return shop.vendor.voice


def _page(asked: dict[str, str]) -> tuple[int, int]:
    after, limit = asked.get("after", "0"), asked.get("limit", str(PAGE))
    if not (after.isdecimal() and limit.isdecimal() and int(limit)):
        raise Mistake(f"after is {after!r} and limit is {limit!r}; wanted numbers, limit from 1")
    return int(after), int(limit)


def _json(request: Request) -> object:
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError as why:
        raise Mistake(f"the body is not JSON: {why}") from None


def _object(request: Request) -> dict[str, Any]:
    found = _json(request)
    if not isinstance(found, dict):
        raise Mistake("the body must be a JSON object")
    return found


def _number(asked: dict[str, Any], name: str, default: float) -> float:
    value = asked.get(name, default)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise Mistake(f"{name} is {value!r}; wanted a number from 0")
    return value
