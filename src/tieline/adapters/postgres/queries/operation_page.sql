-- A page of operations, newest first.
-- takes: before text, state text, limit bigint
SELECT {operation_columns}
FROM operation AS o WHERE id < :before AND (:state IS NULL OR state = :state)
ORDER BY id DESC LIMIT :limit
