-- What one run remembers; long results are cut, since one may be a quarter of a megabyte.
-- takes: run_id text
SELECT s.run_id, s.name, s.key, s.state, s.effect, s.effect_key, s.tries, s.started_us,
       s.finished_us, length(s.result), substr(s.result, 1, 16384)
FROM run AS r JOIN step AS s ON s.tenant = r.tenant AND s.run_id = r.id
WHERE r.id = :run_id ORDER BY s.started_us, s.name, s.key LIMIT 1000
