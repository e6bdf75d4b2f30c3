-- The tries of these runs, a bounded number.
-- rows: run_id text
SELECT a.run_id, a.step, a.key, a.number, a.connection, a.at_us, a.took_us, a.status, a.outcome,
       a.retry_us, a.detail, a.trace
FROM {rows} JOIN run AS r ON r.id = given.run_id
JOIN attempt AS a ON a.tenant = r.tenant AND a.run_id = r.id
ORDER BY a.seq LIMIT 1000
