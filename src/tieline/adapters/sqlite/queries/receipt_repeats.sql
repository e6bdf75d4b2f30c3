-- Deliveries that were recognised as one of these events again, a bounded number.
WITH given (id) AS (VALUES {rows})
SELECT {receipt_columns}
FROM given CROSS JOIN receipt AS c ON c.event_id = given.id
WHERE c.verdict = 'duplicate' LIMIT 200
