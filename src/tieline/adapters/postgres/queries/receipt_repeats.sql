-- Deliveries that were recognised as one of these events again, a bounded number.
-- rows: id text
SELECT {receipt_columns}
FROM {rows} JOIN receipt AS c ON c.event_id = given.id
WHERE c.verdict = 'duplicate' LIMIT 200
