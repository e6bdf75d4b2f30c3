-- These receipts, without their bytes.
WITH given (id) AS (VALUES {rows})
SELECT {receipt_columns}
FROM given CROSS JOIN receipt AS c ON c.id = given.id
