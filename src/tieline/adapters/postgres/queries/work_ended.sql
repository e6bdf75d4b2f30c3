-- Runs that were put down to wait for another that has ended already become ready again.
-- rows: tenant text, run_id text, other text
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid AND work.state = 'waiting'
  AND EXISTS (SELECT 1 FROM run AS r
              WHERE r.tenant = given.tenant AND r.id = given.other AND r.state IN ('done', 'dead', 'cancelled') OFFSET 0)
RETURNING work.tenant, work.run_id
