-- Runs that wait on one thing become ready, a bounded number at once.
-- takes: on text, limit bigint
WITH woken AS MATERIALIZED (
  SELECT ctid FROM work WHERE waits_on = :on AND state = 'waiting'
  LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL
FROM woken WHERE work.ctid = woken.ctid
RETURNING work.tenant, work.run_id
