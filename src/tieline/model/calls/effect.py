"""Effect: the names that make a wanted effect the same one, however often it is tried."""

from tieline.model.base.ids import TenantId
from tieline.model.base.value import value


@value
class EffectIdentity:
    """What an effect key is made of. No run id: replay, fork and failover repeat the same key."""

    tenant: TenantId
    flow: str
    event_identity: str
    step: str
    key: str
    """The author's ``key=``, or ``#n`` for the n-th use of the step's name."""
    generation: int = 0
    """Grows only when an operator asks for the effect as a new action."""
