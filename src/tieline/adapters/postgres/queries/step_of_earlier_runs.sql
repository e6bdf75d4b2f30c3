-- Effects that other runs of the same flow made for the same event, or for the one it is an edit
-- of.
-- rows: run_id text, flow text, event_id text, cause text
SELECT given.run_id, s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key,
       s.tries, s.result, s.started_us, s.finished_us
FROM {rows}
CROSS JOIN LATERAL (
  SELECT id FROM run
  WHERE run.event_id = ANY (ARRAY[given.event_id, given.cause]) AND run.flow = given.flow
    AND run.id <> given.run_id OFFSET 0) AS r
CROSS JOIN LATERAL (
  SELECT * FROM step
  WHERE step.run_id = r.id AND step.effect_key IS NOT NULL AND step.state IN ('done', 'intent')
  OFFSET 0) AS s
