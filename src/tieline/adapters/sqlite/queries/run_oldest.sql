-- The run that is unfinished for longest.
SELECT {run_columns}
FROM (SELECT run_id FROM work ORDER BY run_id LIMIT 1) AS first
CROSS JOIN run AS r ON r.id = first.run_id CROSS JOIN work AS w ON w.run_id = r.id
