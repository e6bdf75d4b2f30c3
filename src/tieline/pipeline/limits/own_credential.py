"""Own credential: what this process alone knows of the one in its vault, apart from all others'.

A process whose vault lacks a credential, or has another one than the rest, is in trouble by itself:
it keeps its own calls back and says so, and the calls of others go on.
"""

from tieline.model.base.ids import Micros
from tieline.rules.outbound import health
from tieline.rules.outbound.health import WELL, Health

LONGEST_WAIT_US = 30_000_000
"""How long a run waits at most before it may go on elsewhere."""
MISSING = "the vault of this process has no credential for it"
REFUSED = "the credential of this process is not accepted, and that of others is"


class OwnCredential:
    """How the credential of this process stands."""

    def __init__(self) -> None:
        self.trouble = ""
        """What is wrong with it alone; empty: nothing is known that others do not share."""
        self._health: Health = WELL

    @property
    def was_refused(self) -> bool:
        """Whether it was not accepted when it was last tried."""
        return bool(self._health.refusals)

    def waits_until(self, now_us: Micros) -> Micros | None:
        """When a run may look again; None: a call may go."""
        if not self.trouble or health.may_try(self._health, now_us):
            return None
        return min(self._health.again_us, now_us + LONGEST_WAIT_US)

    def goes(self, now_us: Micros) -> None:
        """A call goes: while there is trouble it finds out, and the others wait for it."""
        if self.trouble:
            self._health = health.saw_refusal(self._health, now_us)

    def saw_refusal(self, now_us: Micros, *, was_sent: bool) -> bool:
        """Whether others should know: it says nothing of theirs while they are known to be well."""
        if not was_sent:
            self.trouble = MISSING
        if health.may_try(self._health, now_us):
            self._health = health.saw_refusal(self._health, now_us)
        return not self.trouble

    def saw_acceptance(self) -> None:
        """The other side let a call in."""
        self._health, self.trouble = WELL, ""

    def saw_nothing(self, now_us: Micros) -> None:
        """A call ended without an answer."""
        self._health = health.saw_nothing(self._health, now_us)

    def others_are_well(self) -> bool:
        """Others are let in; whether that makes it the trouble of this process alone."""
        if not self.was_refused or self.trouble:
            return False
        self.trouble = REFUSED
        return True

    def renewed(self, now_us: Micros) -> None:
        """The vault has another one."""
        self._health = health.renewed(self._health, now_us)
