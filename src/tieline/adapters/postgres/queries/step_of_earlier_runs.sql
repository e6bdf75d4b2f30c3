-- Effects that other runs of the same flow made for the same event, or for the one it is an edit of.
-- rows: run_id text, flow text, event_id text, cause text
SELECT given.run_id, s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key,
       s.tries, s.result, s.started_us, s.finished_us
FROM {rows}
JOIN run AS r ON r.event_id IN (given.event_id, given.cause) AND r.flow = given.flow
                   AND r.id <> given.run_id
JOIN step AS s ON s.run_id = r.id
WHERE s.effect_key IS NOT NULL AND s.state IN ('done', 'intent')
