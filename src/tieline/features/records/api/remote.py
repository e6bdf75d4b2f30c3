"""Remote: the questions of the command line, as one call.

The lists and details beside this are made for people and programs; this one lets ``tieline --url``
ask exactly what it asks of a store. It changes nothing: orders go through the calls that everybody
uses. Whatever has bytes of a payload in it is redacted here.
"""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from pydantic import Field

from tieline.adapters.remote.questions import answers_of, read
from tieline.model.hub.flow import HubSpec
from tieline.model.views.details import EventDetail, ReceiptDetail, RunDetail, Trail
from tieline.model.views.rows import StepRow
from tieline.operations import redaction as visible
from tieline.rules.people.access import Permission
from tieline.rules.privacy.redact import redact_headers
from tieline.surfaces.api.endpoint import ApiBody, ApiRequest, Endpoint
from tieline.surfaces.web.parts import WebParts
from tieline.surfaces.web.problem import Problem


class Asking(ApiBody):
    """A question by name."""

    ask: str = Field(max_length=64)
    args: dict[str, Any] = Field({})


@dataclass(frozen=True, slots=True)
class Answered:
    """What was asked for, as the command line reads it."""

    answer: Any


async def question(ask: ApiRequest) -> Answered:
    """Answer one question of the command line."""
    questions = ask.parts.questions
    asked = read(ask.body.ask, ask.body.args, questions)
    _check(ask, questions[ask.body.ask].needs)
    answer = await shown(await _answer(ask, asked), ask.parts)
    return Answered(answers_of(type(asked)).dump_python(answer, mode="json"))


def _check(ask: ApiRequest, permission: Permission) -> None:
    if not ask.viewer.may(permission):
        raise Problem("forbidden", f"this needs the permission {str(permission)!r}")


async def _answer(ask: ApiRequest, asked: Any) -> Any:
    """What is stored answers most questions; of some, what runs knows more."""
    by_hub = ask.parts.answered_by_hub.get(type(asked))
    return await (ask.parts.views.read(asked) if by_hub is None else by_hub(ask, asked))


# --- what leaves ------------------------------------------------------------------------------


async def shown(answer: Any, parts: WebParts) -> Any:
    """*answer* with every payload in it redacted."""
    hub = parts.hub
    match answer:
        case ReceiptDetail():
            return _receipt(answer, hub)
        case EventDetail():
            return _event(answer, hub)
        case RunDetail(run=run):
            values = await visible.sensitive_values(parts.views, hub, run.event_id)
            return replace(answer, steps=tuple(_step(step, hub, values) for step in answer.steps))
        case Trail():  # a story says that steps were done, not what they remember
            return replace(answer, steps=tuple(replace(one, result=None) for one in answer.steps))
        case _:
            return answer


def _receipt(detail: ReceiptDetail, hub: HubSpec) -> ReceiptDetail:
    receipt = detail.receipt
    contract = next((row.contract for row in detail.events if row.contract), None)
    headers = None
    if receipt.headers is not None:
        pairs = tuple((str(n), str(value)) for n, value in orjson.loads(receipt.headers))
        headers = orjson.dumps(redact_headers(pairs))
    body = _document(receipt.body, hub, contract)
    return replace(detail, receipt=receipt._replace(headers=headers, body=body))


def _event(detail: EventDetail, hub: HubSpec) -> EventDetail:
    event = detail.event
    stored = event.data if event.data is not None else detail.body
    data = _document(stored, hub, event.contract)
    return replace(detail, event=event._replace(data=data), body=None)


def _document(stored: bytes | None, hub: HubSpec, contract: str | None) -> bytes | None:
    if stored is None:
        return None
    return orjson.dumps(visible.payload(stored, hub, contract=contract))


def _step(step: StepRow, hub: HubSpec, values: tuple[str, ...]) -> StepRow:
    """Its result in the form in which it is stored, so that the reader needs to know one form."""
    if step.result is None:
        return step
    told = visible.step_result(step.result, step.result_bytes, hub, values)
    if isinstance(told, dict) and set(told) == {"status", "body"} and b"\n" in step.result:
        head = orjson.dumps([told["status"], []])
        told_bytes = head + b"\n" + orjson.dumps(told["body"])
    else:
        told_bytes = orjson.dumps(told)
    # Its size stays what it was; blanks behind a JSON text say that it is not cut.
    return replace(step, result=told_bytes.ljust(step.result_bytes or 0))


ENDPOINTS = (
    Endpoint("POST", "/questions", Permission.SEARCH, "Ask as the command line does", question,
             Answered, body=Asking, problems=("not-found", "refused")),
)  # fmt: skip
