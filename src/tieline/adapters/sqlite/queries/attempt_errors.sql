-- The last failures of each of these connections.
SELECT {attempt_columns}
FROM (SELECT value AS name FROM json_each(:names)) AS named
CROSS JOIN attempt AS a ON a.seq IN (
  SELECT late.seq FROM attempt AS late
  WHERE late.outcome <> 'done' AND late.connection = named.name
  ORDER BY late.seq DESC LIMIT :limit)
LEFT JOIN run AS r ON r.id = a.run_id
