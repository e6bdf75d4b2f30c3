-- Tries that were stored late, below what was seen already.
-- rows: first bigint, last bigint
SELECT {attempt_columns}
FROM {rows} JOIN attempt AS a ON a.seq BETWEEN given.first AND given.last
LEFT JOIN run AS r ON r.tenant = a.tenant AND r.id = a.run_id
LIMIT 500
