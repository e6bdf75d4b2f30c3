-- Deliveries that were stored late, below what was seen already.
-- rows: first bigint, last bigint
SELECT c.seq, {receipt_columns}
FROM {rows} JOIN receipt AS c ON c.seq BETWEEN given.first AND given.last
LIMIT 500
