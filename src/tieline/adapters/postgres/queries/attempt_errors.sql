-- The last failures of each of these connections.
-- takes: names text, limit bigint
SELECT a.seq, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
       a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
FROM (SELECT jsonb_array_elements_text(:names::jsonb) COLLATE "C" AS name) AS named
CROSS JOIN LATERAL (
  SELECT * FROM attempt AS late
  WHERE late.outcome <> 'done' AND late.connection = named.name
  ORDER BY late.seq DESC LIMIT :limit) AS a
LEFT JOIN run AS r ON r.tenant = a.tenant AND r.id = a.run_id
