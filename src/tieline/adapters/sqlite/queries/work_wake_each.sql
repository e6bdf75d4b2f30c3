-- Runs that wait for what has just come become ready: those of its tenant, all of them.
WITH given (tenant, kind, key) AS (VALUES {rows})
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM given
WHERE work.waits_kind = given.kind AND work.waits_key = given.key AND work.tenant = given.tenant
  AND work.state = 'waiting'
RETURNING work.tenant, work.run_id
