"""Keeper: the time comes in; the parts of a PostgreSQL store are as they should be."""

from dataclasses import replace

from tieline.adapters.postgres.dialling import Chance, dial, evenly
from tieline.adapters.postgres.partitions import Keep, drop_days, make_days
from tieline.adapters.postgres.url import StoreUrl
from tieline.model.base.ids import Micros

PATIENCE_S = 5.0
NAME = ("application_name", "tieline upkeep")


class PostgresUpkeep:
    """Keeps the days of one database; connects only for a pass."""

    def __init__(self, url: StoreUrl, *, chance: Chance = evenly) -> None:
        self._url = replace(url, settings=(*url.settings, NAME))
        self._chance = chance

    async def pass_(self, *, runs_before_us: Micros, history_before_us: Micros) -> int:
        link = await dial(self._url, patience_s=PATIENCE_S, chance=self._chance)
        try:
            keep = Keep(runs_before_us, history_before_us)
            return await make_days(link) + await drop_days(link, keep)
        finally:
            await link.close()
