"""Roles of users and scopes of tokens."""

from enum import StrEnum


class Role(StrEnum):
    """What a user is."""

    VIEWER = "viewer"
    SUPPORT = "support"
    OPERATOR = "operator"
    ADMIN = "admin"


class Scope(StrEnum):
    """What a token is for."""

    STATUS = "status"
    SEARCH = "search"
    READ = "read"
    OPERATE = "operate"
    METRICS = "metrics"
    ADMIN = "admin"
