-- Tries that were stored late, below what was seen already.
WITH given (first, last) AS (VALUES {rows})
SELECT {attempt_columns}
FROM given CROSS JOIN attempt AS a ON a.seq BETWEEN given.first AND given.last
LEFT JOIN run AS r ON r.id = a.run_id
LIMIT 500
