-- Deliveries that were stored late, below what was seen already.
WITH given (first, last) AS (VALUES {rows})
SELECT c.seq, {receipt_columns}
FROM given CROSS JOIN receipt AS c ON c.seq BETWEEN given.first AND given.last
LIMIT 500
