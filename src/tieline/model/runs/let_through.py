"""Let through: a run was held by its flow, and a person said that it may pass."""

from datetime import datetime

from tieline.model.base.value import value


@value
class LetThrough:
    """Who let a hold of a run pass, when, and with which words."""

    by: str
    at: datetime
    words: str
    """The reason that the person gave."""
