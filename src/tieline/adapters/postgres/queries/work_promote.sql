-- Runs whose time has come become ready, oldest due first, a bounded number at once.
-- takes: now_us bigint, limit bigint
WITH due AS MATERIALIZED (
  SELECT ctid FROM work WHERE due_us <= :now_us
  ORDER BY due_us LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM due WHERE work.ctid = due.ctid
RETURNING work.tenant, work.run_id
