"""Columns of rows that more than one noun lists: runs, deliveries, lines of the audit log."""

from tieline.model.views.rows import AuditRow, ReceiptRow, RunRow
from tieline.rules.formats.labels import label, state_label
from tieline.rules.privacy.hidden_key import readable_lane
from tieline.surfaces.cli import options as o
from tieline.surfaces.cli.output import Column, when

RUN_COLUMNS: tuple[Column[RunRow], ...] = (
    Column("RUN", lambda row: row.id),
    Column("MADE (UTC)", lambda row: when(row.created_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("FLOW", lambda row: row.flow),
    Column("STATE", lambda row: state_label(row.state, row.waits)),
    Column("LANE", lambda row: row.lane and readable_lane(row.lane)),
    Column("DUE (UTC)", lambda row: when(row.due_us)),
    Column("REASON", lambda row: row.reason),
)
DELIVERY_COLUMNS: tuple[Column[ReceiptRow], ...] = (
    Column("DELIVERY", lambda row: row.id),
    Column("RECEIVED (UTC)", lambda row: when(row.received_us)),
    Column("TENANT", o.tenant_of, is_rare=True),
    Column("SOURCE", lambda row: row.source),
    Column("STATUS", lambda row: label(row.verdict)),
    Column("ANSWER", lambda row: row.status),
    Column("BYTES", lambda row: row.body_bytes),
    Column("EVENT", lambda row: row.event_id),
    Column("REASON", lambda row: row.reason),
)
AUDIT_COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("AT (UTC)", lambda row: when(row.at_us)),
    Column("WHO", lambda row: row.actor),
    Column("DID", lambda row: label(row.action)),
    Column("TO", lambda row: row.subject),
    Column("REASON", lambda row: row.reason),
)
