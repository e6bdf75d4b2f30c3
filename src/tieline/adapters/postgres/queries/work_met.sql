-- Runs that were put down to wait for an event which is stored already become ready again.
-- rows: tenant text, run_id text, type text, kind text, key text, first text, since_us bigint
-- rows: after text, own text
UPDATE work SET state = 'ready', due_us = NULL, waits_on = NULL, waits_kind = NULL,
                waits_key = NULL
FROM {rows}
CROSS JOIN LATERAL (
  SELECT w.ctid FROM work AS w
  WHERE w.tenant = given.tenant AND w.run_id = given.run_id OFFSET 0) AS place
WHERE work.ctid = place.ctid AND work.state = 'waiting'
  AND EXISTS (SELECT 1 FROM reference AS m
              JOIN event AS e ON e.tenant = m.tenant AND e.id = m.event_id
              WHERE m.kind = given.kind AND m.key = given.key AND m.event_id >= given.first
                AND m.tenant = given.tenant AND e.type = given.type AND e.id <> given.own
                AND (e.recorded_us, e.id) > (given.since_us, given.after))
RETURNING work.tenant, work.run_id
