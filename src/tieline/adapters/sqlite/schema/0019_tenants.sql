-- Tenants: whom somebody added, holds, or gave a budget of its own; and what finds the rows of one.
-- The indexes leave out the work of nobody in particular, so a hub without tenants pays nothing.

CREATE TABLE tenant (
  name          TEXT PRIMARY KEY,
  declared_us   INTEGER,
  added_us      INTEGER,
  added_by      TEXT,
  note          TEXT,
  paused_us     INTEGER,
  paused_by     TEXT,
  paused_reason TEXT,
  rate_count    INTEGER,
  rate_us       INTEGER,
  at_once       INTEGER,
  queue         INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX work_tenant ON work (tenant, state) WHERE tenant <> '-';
CREATE INDEX run_tenant ON run (tenant, id) WHERE tenant <> '-';
CREATE INDEX event_tenant ON event (tenant, id) WHERE tenant <> '-';
CREATE INDEX receipt_tenant ON receipt (tenant, id) WHERE tenant <> '-';
CREATE INDEX dead_of_tenant ON dead (tenant, run_id) WHERE resolution IS NULL AND tenant <> '-';
CREATE INDEX issue_link_tenant ON issue_link (issue, tenant) WHERE tenant <> '-';
