-- The last failures of each of these connections.
SELECT a.seq, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
       a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
FROM (SELECT value AS name FROM json_each(:names)) AS named
CROSS JOIN attempt AS a ON a.seq IN (
  SELECT late.seq FROM attempt AS late
  WHERE late.outcome <> 'done' AND late.connection = named.name
  ORDER BY late.seq DESC LIMIT :limit)
LEFT JOIN run AS r ON r.id = a.run_id
