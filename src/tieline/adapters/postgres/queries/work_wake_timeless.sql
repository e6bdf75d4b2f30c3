-- Runs that wait for one thing and that no time sets free become ready, a bounded number at once.
-- takes: kind text, key text, limit bigint
WITH woken AS MATERIALIZED (
  SELECT ctid FROM work
  WHERE waits_kind = :kind AND waits_key = :key AND due_us IS NULL AND state = 'waiting'
  LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE work SET state = 'ready', waits_on = NULL, waits_kind = NULL, waits_key = NULL
FROM woken WHERE work.ctid = woken.ctid
RETURNING work.tenant, work.run_id
