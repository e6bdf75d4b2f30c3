"""Reading: the schedules as they are stored."""

from tieline.adapters.sql.statement import Steps, ask
from tieline.features.schedules.model import ListSchedules, ScheduleRow


def schedules(_: ListSchedules) -> Steps[tuple[ScheduleRow, ...]]:
    """All schedules."""
    return tuple(ScheduleRow(*row) for row in (yield from ask("schedules.list")))
