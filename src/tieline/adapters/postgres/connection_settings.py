"""Connection settings: a link to a server comes in; what connections to it must be told goes out.

A distributed server has to see the values of a statement to know where its rows lie, so its plans
are made by itself, and not once for all values.
"""

from tieline.adapters.postgres.connection import PostgresConnection
from tieline.adapters.postgres.url import Setting
from tieline.adapters.sql.statement import Statement

OWN_PLANS: Setting = ("plan_cache_mode", "auto")


async def settings_for(link: PostgresConnection) -> tuple[Setting, ...]:
    """Settings that replace those of every connection; none on a server of the usual kind."""
    ((is_distributed,),) = (await link.alone(Statement("upkeep/is_distributed"))).rows
    return (OWN_PLANS,) if is_distributed else ()
