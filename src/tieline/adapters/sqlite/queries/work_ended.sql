-- Runs that were put down to wait for another that has ended already become ready again.
WITH given (tenant, run_id, other) AS (VALUES {rows})
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM given
WHERE work.run_id = given.run_id AND work.state = 'waiting'
  AND EXISTS (SELECT 1 FROM run AS r
              WHERE r.id = given.other AND r.tenant = given.tenant AND r.state IN ('done', 'dead', 'cancelled'))
RETURNING work.tenant, work.run_id
