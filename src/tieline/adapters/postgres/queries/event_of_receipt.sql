-- The events of one delivery: their ids were made one after the other, so few rows are looked at.
-- takes: first text, receipt_id text
SELECT e.id, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.receipt_id,
       e.cause, e.contract
FROM (SELECT * FROM event WHERE id >= :first ORDER BY id LIMIT 1000) AS e
WHERE e.receipt_id = :receipt_id
