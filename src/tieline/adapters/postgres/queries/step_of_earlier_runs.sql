-- Effects that other runs of the same flow made for the same event, or for those it is an edit of.
-- rows: tenant text, run_id text, flow text, event_id text, cause text
WITH RECURSIVE lineage (tenant, run_id, flow, event_id) AS (
  SELECT given.tenant, given.run_id, given.flow, given.event_id FROM {rows}
  UNION
  SELECT l.tenant, l.run_id, l.flow, e.cause
  FROM lineage AS l
  CROSS JOIN LATERAL (
    SELECT cause FROM event
    WHERE event.tenant = l.tenant AND event.id = l.event_id OFFSET 0) AS e
  WHERE e.cause LIKE 'evt\_%'
)
SELECT l.run_id, s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key,
       s.tries, s.result, s.started_us, s.finished_us, s.arguments
FROM lineage AS l
CROSS JOIN LATERAL (
  SELECT id FROM run
  WHERE run.tenant = l.tenant AND run.event_id = l.event_id AND run.flow = l.flow
    AND run.id <> l.run_id OFFSET 0) AS r
CROSS JOIN LATERAL (
  SELECT * FROM step
  WHERE step.tenant = l.tenant AND step.run_id = r.id AND step.effect_key IS NOT NULL
    AND step.state IN ('done', 'intent') OFFSET 0) AS s
