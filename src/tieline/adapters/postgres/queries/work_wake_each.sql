-- Runs that wait for what has just come become ready: those of its tenant, all of them.
-- rows: tenant text, kind text, key text
WITH woken AS MATERIALIZED (
  SELECT place.ctid FROM {rows}
  CROSS JOIN LATERAL (
    SELECT w.ctid FROM work AS w
    WHERE w.waits_kind = given.kind AND w.waits_key = given.key AND w.tenant = given.tenant
      AND w.state = 'waiting'
    FOR UPDATE SKIP LOCKED) AS place)
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM woken WHERE work.ctid = woken.ctid
RETURNING work.tenant, work.run_id
