-- Tries that were stored late, below what was seen already.
-- rows: first bigint, last bigint
SELECT a.seq, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
       a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
FROM {rows} JOIN attempt AS a ON a.seq BETWEEN given.first AND given.last
LEFT JOIN run AS r ON r.tenant = a.tenant AND r.id = a.run_id
LIMIT 500
