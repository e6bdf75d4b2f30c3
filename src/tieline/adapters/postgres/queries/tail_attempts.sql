-- The newest tries behind a place.
-- takes: after bigint, limit bigint
SELECT a.seq, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
       a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
FROM (SELECT * FROM attempt WHERE seq > :after ORDER BY seq DESC LIMIT :limit) AS a
LEFT JOIN run AS r ON r.tenant = a.tenant AND r.id = a.run_id
ORDER BY a.seq
