-- These runs, with what the queue knows of them.
WITH given (id) AS (VALUES {rows})
SELECT {run_columns}
FROM given CROSS JOIN run AS r ON r.id = given.id {run_work}
