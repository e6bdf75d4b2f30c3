-- Effects that other runs of the same flow made for the same event, or for those it is an edit of.
WITH RECURSIVE given (tenant, run_id, flow, event_id, cause) AS (VALUES {rows}),
lineage (run_id, flow, event_id) AS (
  SELECT run_id, flow, event_id FROM given
  UNION
  SELECT l.run_id, l.flow, e.cause
  FROM lineage AS l CROSS JOIN event AS e ON e.id = l.event_id
  WHERE e.cause GLOB 'evt_*'
)
SELECT l.run_id, s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key,
       s.tries, s.result, s.started_us, s.finished_us, s.arguments
FROM lineage AS l
CROSS JOIN run AS r ON r.event_id = l.event_id AND r.flow = l.flow AND r.id <> l.run_id
CROSS JOIN step AS s ON s.run_id = r.id
WHERE s.effect_key IS NOT NULL AND s.state IN ('done', 'intent')
