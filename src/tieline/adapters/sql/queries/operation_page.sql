-- A page of operations, newest first.
-- takes: before text, state text, limit bigint
SELECT o.*
FROM (SELECT {operation_columns} FROM operation AS o WHERE id < :before) AS o
WHERE :state IS NULL OR o.state = :state
ORDER BY o.id DESC LIMIT :limit
