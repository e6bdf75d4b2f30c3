"""Told: what the page after a change says; an address names the sentence, and cannot write one."""

TOLD: dict[str, str] = {
    "retried": "It is ready to run again. What is remembered of it stays; nothing is done twice.",
    "discarded": "It is closed without success, and its lane goes on.",
    "cancelled": "It is cancelled. What it had done stays done.",
    "edited": "The edited copy is recorded as a new event, and runs in place of the dead run.",
    "resolved": "Your decision is recorded, and the run follows it.",
    "closed": "Your decision is recorded for every delivery that it fitted.",
    "decided": "Your decision is recorded for every run that it fitted.",
    "paused": "It is paused. Nothing is lost: work waits until somebody lets it go on.",
    "resumed": "It goes on.",
    "replaying": "The replay has begun, below live traffic.",
    "replay-stopped": "The replay is stopped; its runs that had not begun are cancelled.",
    "issue": "The issue is changed.",
    "invited": "The invitation is made.",
    "user": "The user is changed.",
    "revoked": "It is revoked, and works no longer.",
    "password": "The password is changed.",
}
