-- Runs that wait for one thing become ready, those of one tenant or of all, a bounded number at once.
-- takes: kind text, key text, tenant text, limit bigint
WITH woken AS MATERIALIZED (
  SELECT ctid FROM work
  WHERE waits_kind = :kind AND waits_key = :key AND state = 'waiting'
    AND (:tenant IS NULL OR tenant = :tenant)
  LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM woken WHERE work.ctid = woken.ctid
RETURNING work.tenant, work.run_id
