-- These receipts, without their bytes.
-- rows: id text
SELECT {receipt_columns}
FROM {rows} JOIN receipt AS c ON c.id = given.id
