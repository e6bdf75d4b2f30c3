-- Tenants: whom somebody added, holds, or gave a budget of its own; and what finds the work of one.
-- The index leaves out the work of nobody in particular, so a hub without tenants pays nothing. Keys
-- begin with the tenant here, so lists of one need no further index.

CREATE TABLE tenant (
  name          text COLLATE "C" PRIMARY KEY,
  declared_us   bigint,
  added_us      bigint,
  added_by      text,
  note          text,
  paused_us     bigint,
  paused_by     text,
  paused_reason text,
  rate_count    bigint,
  rate_us       bigint,
  at_once       bigint,
  queue         bigint
);

CREATE INDEX work_tenant ON work (tenant, state) WHERE tenant <> '-';
CREATE INDEX dead_of_tenant ON dead (tenant, run_id) WHERE resolution IS NULL AND tenant <> '-';
CREATE INDEX issue_link_tenant ON issue_link (issue, tenant) WHERE tenant <> '-';
