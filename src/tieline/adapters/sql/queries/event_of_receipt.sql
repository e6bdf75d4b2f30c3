-- The events of one delivery: their ids were made one after the other, so few rows are looked at.
-- takes: first text, receipt_id text
SELECT {event_columns}
FROM (SELECT * FROM event WHERE id >= :first ORDER BY id LIMIT 1000) AS e
WHERE e.receipt_id = :receipt_id
