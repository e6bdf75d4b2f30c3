-- What flows said in these runs to whom they are about, a bounded number.
WITH given (run_id) AS (VALUES {rows})
SELECT s.key, s.started_us
FROM given CROSS JOIN step AS s ON s.run_id = given.run_id AND s.name = 'run.say' LIMIT 10000
