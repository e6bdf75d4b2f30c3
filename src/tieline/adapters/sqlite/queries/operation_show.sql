-- One operation.
SELECT {operation_columns}
FROM operation AS o WHERE id = :id
