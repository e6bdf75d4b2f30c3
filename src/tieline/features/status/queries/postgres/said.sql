-- What flows said in these runs to whom they are about, a bounded number.
-- rows: run_id text
SELECT s.key, s.started_us
FROM {rows} JOIN run AS r ON r.id = given.run_id
JOIN step AS s ON s.tenant = r.tenant AND s.run_id = r.id AND s.name = 'run.say' LIMIT 10000
