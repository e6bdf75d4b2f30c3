-- What these runs remember, without the results, a bounded number.
-- rows: run_id text
SELECT s.run_id, s.name, s.key, s.state, s.effect, s.effect_key, s.tries, s.started_us,
       s.finished_us, length(s.result), NULL
FROM {rows} JOIN run AS r ON r.id = given.run_id
JOIN step AS s ON s.tenant = r.tenant AND s.run_id = r.id LIMIT 1000
