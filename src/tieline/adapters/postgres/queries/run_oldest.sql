-- The run that is unfinished for longest.
SELECT {run_columns}
FROM (SELECT run_id FROM work ORDER BY run_id LIMIT 1) AS first
JOIN run AS r ON r.id = first.run_id
CROSS JOIN LATERAL (
  SELECT * FROM work WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0) AS w
