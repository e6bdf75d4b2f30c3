-- Runs that were put down to wait for an event which is stored already become ready again.
WITH given (tenant, run_id, type, kind, key, first, since_us, after, own) AS (VALUES {rows})
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM given
WHERE work.run_id = given.run_id AND work.state = 'waiting'
  AND EXISTS (SELECT 1 FROM reference AS m CROSS JOIN event AS e ON e.id = m.event_id
              WHERE m.kind = given.kind AND m.key = given.key AND m.event_id >= given.first
                AND m.tenant = given.tenant AND e.type = given.type AND e.id <> given.own
                AND (e.recorded_us, e.id) > (given.since_us, given.after))
RETURNING work.tenant, work.run_id
