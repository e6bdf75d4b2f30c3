-- What these runs remember.
-- rows: tenant text, run_id text
SELECT s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key, s.tries, s.result,
       s.started_us, s.finished_us, s.arguments
FROM {rows}
CROSS JOIN LATERAL (
  SELECT * FROM step
  WHERE step.tenant = given.tenant AND step.run_id = given.run_id OFFSET 0) AS s
