"""Effects: a connector and an operation come in; what a repeat of it would do goes out."""

from fnmatch import fnmatchcase

from tieline.model.calls.call import Call, Effect
from tieline.model.hub.connection import Connector

READS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = frozenset({"PUT", "DELETE"})


def effect_of(connector: Connector, call: Call) -> Effect:
    """What the author or the connector says; else the default by method (docs/architecture.md).

    GET and HEAD read; PUT and DELETE are idempotent (RFC 9110, 9.2.2); any other method is
    idempotent when the provider takes an idempotency key, else once.
    """
    if call.effect is not None:
        return call.effect
    method = call.method
    if connector.effects:
        operation = f"{method} {call.named}"
        for pattern, effect in connector.effects.items():
            if fnmatchcase(operation, pattern):
                return effect
    if method in READS:
        return Effect.READ
    if method in REPEATABLE or connector.idempotency_header is not None:
        return Effect.IDEMPOTENT
    return Effect.ONCE
