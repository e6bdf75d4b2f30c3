-- The runs of these events, a bounded number.
WITH given (id) AS (VALUES {rows})
SELECT {run_columns}
FROM given CROSS JOIN run AS r ON r.event_id = given.id {run_work}
LIMIT 500
