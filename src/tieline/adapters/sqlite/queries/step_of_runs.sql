-- What these runs remember.
WITH given (tenant, run_id) AS (VALUES {rows})
SELECT s.run_id, s.name, s.key, s.state, s.effect, s.fingerprint, s.effect_key, s.tries, s.result,
       s.started_us, s.finished_us, s.arguments
FROM given CROSS JOIN step AS s ON s.run_id = given.run_id
