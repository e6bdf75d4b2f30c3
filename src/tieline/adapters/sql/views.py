"""Views over SQL: a question comes in; the sans-IO read that answers it goes out."""

from collections.abc import Callable
from typing import Any, TypeVar

from tieline.adapters.sql.fleet import limits as sharing
from tieline.adapters.sql.issues import reading as issue_reading
from tieline.adapters.sql.people import reading as access_reading
from tieline.adapters.sql.reading import listing, narrowing, showing, tailing, tracing
from tieline.adapters.sql.reading import more as more_listing
from tieline.adapters.sql.reading import search as finding
from tieline.adapters.sql.reading import series as series_reading
from tieline.adapters.sql.replays import operating
from tieline.adapters.sql.replays import reading as replay_reading
from tieline.adapters.sql.runs import quarantining
from tieline.adapters.sql.statement import Steps
from tieline.adapters.sql.store import alerting, checking
from tieline.model.views import access, issues, quarantine, series
from tieline.model.views import more as lists
from tieline.model.views import operations as operation
from tieline.model.views import views as v

R = TypeVar("R")

READS: dict[type, Callable[[Any], Steps[Any]]] = {
    v.ListReceipts: listing.receipts,
    v.ListEvents: narrowing.events,
    v.ListRuns: narrowing.runs,
    v.ListDead: listing.dead,
    v.ListReplays: listing.replays,
    v.ListAudit: listing.audit,
    v.ListPauses: listing.pauses,
    v.ListStandings: sharing.standings,
    v.ListSchedules: listing.schedules,
    v.ListWorkers: listing.workers,
    v.CountWork: listing.work,
    v.CountCalls: listing.calls,
    v.ShowReceipt: showing.receipt,
    v.ShowEvent: showing.event,
    v.ShowRun: showing.run,
    v.ShowReplay: showing.replay,
    v.ReadTrail: tracing.trail,
    v.FindKey: tracing.kinds_of_key,
    v.NextBite: replay_reading.next_bite,
    v.CountEffects: replay_reading.effects,
    v.ListBlockedLanes: replay_reading.blocked,
    v.CheckRows: checking.rows,
    access.ListUsers: access_reading.users,
    access.ListTokens: access_reading.tokens,
    access.ListSessions: access_reading.sessions,
    access.FindCredentials: access_reading.credentials,
    access.FindSession: access_reading.session,
    access.FindToken: access_reading.token,
    access.FindInvite: access_reading.invite,
    operation.ListOperations: operating.listed,
    operation.ShowOperation: operating.shown,
    v.ListAlerts: alerting.listed,
    v.ReadAlertBook: alerting.book,
    v.ReadSigns: alerting.signs,
    quarantine.CountQuarantine: quarantining.count,
    issues.CountIssues: issue_reading.standing,
    issues.ListIssues: issue_reading.issues,
    issues.ShowIssue: issue_reading.issue,
    series.ReadSeries: series_reading.series,
    series.ReadSums: series_reading.sums,
    series.ReadSparks: series_reading.sparks,
    series.ListSources: series_reading.sources,
    series.CountBacklog: series_reading.backlog,
    lists.ListAttempts: more_listing.attempts,
    lists.ListLanes: more_listing.lanes,
    lists.ListConnections: more_listing.connections,
    lists.ShowWorker: more_listing.worker,
    lists.CountHands: more_listing.hands,
    lists.ListMentions: more_listing.mentions,
    lists.Tail: tailing.tail,
    lists.Find: finding.find,
}
"""Every question but CheckStore and InspectStore: those are about the file, not its content."""


def answer(question: v.Question[R]) -> Steps[R]:
    """The read that answers *question*."""
    steps: Steps[R] = READS[type(question)](question)
    return steps
