-- What one run remembers; long results are cut, since one may be a quarter of a megabyte.
-- takes: run_id text
SELECT run_id, name, key, state, effect, effect_key, tries, started_us, finished_us,
       length(result), substr(result, 1, 16384)
FROM step WHERE run_id = :run_id ORDER BY started_us, name, key LIMIT 1000
