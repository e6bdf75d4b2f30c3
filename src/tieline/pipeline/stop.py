"""Stop: how a step that cannot go on now leaves the flow function, and carries the outcome out."""

from tieline.model.run import Outcome


class Stop(BaseException):  # noqa: N818 - not an error: authors' ``except Exception`` must not see it
    """Unwinds a flow function; the run ends this execution with *outcome*."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(str(outcome))
        self.outcome = outcome


class Lost(BaseException):  # noqa: N818 - as above
    """Unwinds a flow function whose run belongs to somebody else now; nothing more is written."""
