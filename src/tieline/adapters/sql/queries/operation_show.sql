-- One operation.
-- takes: id text
SELECT {operation_columns}
FROM operation AS o WHERE id = :id
