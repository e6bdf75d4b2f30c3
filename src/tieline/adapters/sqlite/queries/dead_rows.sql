-- What these runs died of, and what was decided.
WITH given (run_id) AS (VALUES {rows})
SELECT {dead_columns}
FROM given CROSS JOIN dead AS d ON d.run_id = given.run_id CROSS JOIN run AS r ON r.id = d.run_id
