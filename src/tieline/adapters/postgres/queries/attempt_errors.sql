-- The last failures of each of these connections.
-- takes: names text, limit bigint
SELECT {attempt_columns}
FROM (SELECT jsonb_array_elements_text(:names::jsonb) COLLATE "C" AS name) AS named
CROSS JOIN LATERAL (
  SELECT * FROM attempt AS late
  WHERE late.outcome <> 'done' AND late.connection = named.name
  ORDER BY late.seq DESC LIMIT :limit) AS a
LEFT JOIN run AS r ON r.tenant = a.tenant AND r.id = a.run_id
