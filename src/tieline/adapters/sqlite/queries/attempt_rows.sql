-- The tries of these runs, a bounded number.
WITH given (run_id) AS (VALUES {rows})
SELECT a.run_id, a.step, a.key, a.number, a.connection, a.at_us, a.took_us, a.status, a.outcome,
       a.retry_us, a.detail, a.trace
FROM given CROSS JOIN attempt AS a ON a.run_id = given.run_id
ORDER BY a.seq LIMIT 1000
