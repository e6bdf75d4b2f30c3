"""Stop: how a step that cannot go on now leaves the flow function, and carries the outcome out."""

from tieline.model.runs.run import Outcome


class Stop(BaseException):
    """Unwinds a flow function; the run ends this execution with *outcome*.

    Not an Exception, so that an author's ``except Exception`` does not see it.
    """

    def __init__(self, outcome: Outcome, words: str = "") -> None:
        super().__init__(words or str(outcome))
        self.outcome = outcome


class Lost(BaseException):
    """Unwinds a flow function whose run belongs to somebody else now; nothing more is written."""
