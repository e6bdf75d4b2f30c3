"""Columns of SQL: which row of the model each list of columns fills; both name the same things."""

from collections.abc import Sequence
from dataclasses import MISSING, fields, is_dataclass

from tests.queries import files_of

from tieline.features.issues.model import IssueRow
from tieline.features.schedules.model import ScheduleRow
from tieline.model.inbound.event import Event
from tieline.model.people.alert import AlertRow
from tieline.model.views.operations import OperationRow
from tieline.model.views.rows import (
    AuditRow,
    DeadRow,
    EventRow,
    ReceiptRow,
    ReplayRow,
    RunRow,
)
from tieline.model.views.work_lists import AttemptRow

FILLED: dict[str, type] = {
    "alert_columns": AlertRow,
    "attempt_columns": AttemptRow,
    "audit_columns": AuditRow,
    "dead_columns": DeadRow,
    "event_columns": EventRow,
    "event_whole": Event,
    "issue_columns": IssueRow,
    "operation_columns": OperationRow,
    "receipt_columns": ReceiptRow,
    "replay_columns": ReplayRow,
    "run_columns": RunRow,
    "schedule_columns": ScheduleRow,
}
"""By the name of the fragment."""
GOES_BY = {AttemptRow: "seq", DeadRow: "run_id"}
"""Fields that a query calls ``id``, since a page goes by it."""
NUMBERED = {"tail_receipts", "tail_receipts_late"}
"""Queries whose rows begin with a number that is no part of what is shown."""


def fillers(dialect: str) -> list[tuple[str, type]]:
    """Each query of a dialect that names such a list, and the row."""
    return [
        (query, row)
        for query, file in sorted(files_of(dialect).items())
        for name, row in FILLED.items()
        if f"{{{name}}}" in file.read_text(encoding="utf-8")
    ]


def shown(name: str, row: type, columns: Sequence[str]) -> list[str]:
    """The columns of an answer that *row* is made of: without how far a page has looked."""
    if name in NUMBERED:
        return list(columns[1:])
    first = columns.index("last") + 1 if "last" in columns else 0
    return list(columns[first : first + len(Event._fields) if row is Event else None])


def told(row: type, count: int) -> list[str]:
    """The first *count* fields of a row as queries call them, and all that it must be given."""
    if not is_dataclass(row):
        return list(Event._fields)
    needed = sum(field.default is MISSING for field in fields(row))
    named = ["id" if field.name == GOES_BY.get(row) else field.name for field in fields(row)]
    return named[: max(count, needed)]
