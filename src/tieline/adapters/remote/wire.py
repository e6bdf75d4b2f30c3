"""Wire: questions come in as values; they go out as JSON, and come back as values."""

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from tieline.adapters.remote.bounds import check
from tieline.model.base.errors import CommandRefused
from tieline.model.views import access as va
from tieline.model.views import issues as vi
from tieline.model.views import more as vl
from tieline.model.views import operations as vo
from tieline.model.views import quarantine as vq
from tieline.model.views import series as vs
from tieline.model.views import views as v
from tieline.model.views.declared import AskConnections, AskFlows
from tieline.model.views.replay_plan import AskPlan
from tieline.model.views.views import Question
from tieline.rules.people.access import Permission

_READ = (
    v.ListReceipts, v.ListEvents, v.ListRuns, v.ListDead, v.ListReplays, v.ListAudit,
    v.ListPauses, v.ListSchedules, v.ListWorkers, v.CountWork, v.CountCalls, v.ListAlerts,
    v.ShowReceipt, v.ShowEvent, v.ShowRun, v.ShowReplay, v.CountEffects, v.CheckStore,
    v.CheckRows, v.InspectStore, vi.ListIssues, vi.ShowIssue, vi.CountIssues,
    vq.CountQuarantine, vs.ListSources, vs.CountBacklog,
    vs.ReadSums, vs.ReadSeries, vl.ListAttempts, vl.ListLanes, vl.ListConnections,
    vl.ShowWorker, vl.CountHands, vo.ListOperations, vo.ShowOperation,
    AskFlows, AskConnections, AskPlan,
)  # fmt: skip
_SEARCH = (v.ReadTrail, v.FindKey, vl.Find)
_ADMIN = (va.ListUsers, va.ListTokens)

QUESTIONS: Mapping[str, tuple[type[Question[Any]], Permission]] = {
    kind.__name__: (kind, permission)
    for kinds, permission in (
        (_READ, Permission.READ),
        (_SEARCH, Permission.SEARCH),
        (_ADMIN, Permission.ADMIN),
    )
    for kind in kinds
}
"""What may be asked, and what that needs. Nothing here answers a payload unredacted."""

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}
_ANSWERS: dict[type[Any], TypeAdapter[Any]] = {}
"""Made when they are first needed: each costs a few milliseconds."""


def adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """How values of *kind* travel."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def answer_of(kind: type[Any]) -> TypeAdapter[Any]:
    """How the answers to a question travel; its class says what they are."""
    if kind not in _ANSWERS:
        (base,) = kind.__orig_bases__
        (answer,) = get_args(base)
        _ANSWERS[kind] = TypeAdapter(answer)
    return _ANSWERS[kind]


def read(name: str, args: object) -> Any:
    """The question that *name* and *args* stand for. Raises CommandRefused."""
    if name not in QUESTIONS:
        raise CommandRefused(f"{name[:40]!r} is not one of {', '.join(QUESTIONS)}")
    try:
        question = adapter(QUESTIONS[name][0]).validate_python(args)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        words = "; ".join(f"{'.'.join(map(str, f['loc']))}: {f['msg']}" for f in faults[:3])
        raise CommandRefused(f"the arguments of {name} do not fit: {words}") from None
    check(question)
    return question
