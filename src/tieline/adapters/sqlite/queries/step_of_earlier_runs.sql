-- Effects that other runs of the same flow made for the same event, or for the one it is an edit of.
WITH given (run_id, flow, event_id, cause) AS (VALUES {rows})
SELECT given.run_id, s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key,
       s.tries, s.result, s.started_us, s.finished_us
FROM given
CROSS JOIN run AS r ON r.event_id IN (given.event_id, given.cause) AND r.flow = given.flow
                   AND r.id <> given.run_id
CROSS JOIN step AS s ON s.run_id = r.id
WHERE s.effect_key IS NOT NULL AND s.state IN ('done', 'intent')
