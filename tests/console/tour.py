"""Tour: a house comes in; the address of every page, with a name for each, goes out."""

from collections.abc import Mapping

from tests.console.house import HOLD, House

from tieline.features.issues.model import ListIssues
from tieline.model.views.views import ListDead, ListEvents, ListReceipts, ListReplays, ListWorkers


def tour(hub: House) -> Mapping[str, str]:
    """Name → path."""
    issue = hub.ask(ListIssues()).rows[0]
    dead = hub.ask(ListDead(decided=False)).rows
    held = hub.runs(state="held")
    done = hub.runs(state="done", flow="capture_lead")[0]
    event = hub.ask(ListEvents("billing")).rows[0]
    refused = hub.ask(ListReceipts(verdict="refused")).rows[0]
    replays = hub.ask(ListReplays()).rows
    worker = hub.ask(ListWorkers())[0]
    paths = {
        "now": "/",
        "inbox": "/inbox",
        "accounted": "/accounted",
        "accounted-done": "/accounted/done",
        "live": "/live",
        "search": "/story",
        "story": f"/story?q={hub.order}",
        "nothing-found": "/story?q=nobody-knows-this",
        "issues": "/issues",
        "issue": f"/issues/{issue.id}",
        "mute": f"/issues/{issue.id}/mute",
        "events": "/events",
        "event": f"/events/{event.id}",
        "runs": "/runs",
        "run": f"/runs/{done.id}",
        "dead-letters": "/dead",
        "dead-run": f"/runs/{dead[0].run_id}",
        "retry": f"/runs/{dead[0].run_id}/retry",
        "edit": f"/runs/{dead[0].run_id}/edit",
        "forget": f"/runs/{done.id}/forget-step",
        "held": "/held",
        "held-run": f"/runs/{held[0].id}",
        "decide": f"/runs/{held[0].id}/resolve",
        "let-through": f"/runs/{HOLD}/resolve",
        "quarantine": "/quarantine",
        "refused": "/refused",
        "receipt": f"/receipts/{refused.id}",
        "deliveries": "/receipts",
        "replays": "/replays",
        "replay-plan": "/replays/new?flow=note_code",
        "flows": "/flows",
        "flow": "/flows/book_payment",
        "pause": "/flows/book_payment/pause",
        "connections": "/connections",
        "connection": "/connections/crm",
        "tries": "/attempts?outcome=failed",
        "sources": "/sources",
        "source": "/sources/billing",
        "story-whole": f"/story?q={hub.order}&all=1",
        "schedules": "/schedules",
        "tenants": "/tenants",
        "new-tenant": "/tenants/add",
        "workers": "/workers",
        "worker": f"/workers/{worker.id}",
        "audit": "/audit?verify=yes",
        "users": "/users",
        "invite": "/users/invite",
        "tokens": "/tokens",
        "new-token": "/tokens/new",
        "account": "/account",
        "not-found": "/nowhere",
    }
    if replays:
        paths["replay"] = f"/replays/{replays[0].id}"
    return paths
