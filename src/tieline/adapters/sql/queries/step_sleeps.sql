-- The sleeps and waits for events that a run remembers, each with its end as JSON.
-- takes: tenant text, run_id text
SELECT name, key, result FROM step
WHERE tenant = :tenant AND run_id = :run_id AND (name = 'sleep' OR name LIKE 'wait for %') AND effect = 'read'
  AND state = 'done' AND result IS NOT NULL
