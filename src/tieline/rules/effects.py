"""Effects: a connector and an operation come in; what a repeat of it would do goes out."""

from fnmatch import fnmatchcase

from tieline.model.call import Effect
from tieline.model.connection import Connector

READS = frozenset({"GET", "HEAD", "OPTIONS"})
REPEATABLE = frozenset({"PUT", "DELETE"})


def effect_of(connector: Connector, method: str, path: str) -> Effect:
    """What the connector says of the operation; else the default by method (design 5.5).

    GET and HEAD read; PUT and DELETE are idempotent (RFC 9110, 9.2.2); any other method is
    idempotent when the provider takes an idempotency key, else once.
    """
    if connector.effects:
        operation = f"{method} {path.partition('?')[0]}"
        for pattern, effect in connector.effects.items():
            if fnmatchcase(operation, pattern):
                return effect
    if method in READS:
        return Effect.READ
    if method in REPEATABLE or connector.idempotency_header is not None:
        return Effect.IDEMPOTENT
    return Effect.ONCE
