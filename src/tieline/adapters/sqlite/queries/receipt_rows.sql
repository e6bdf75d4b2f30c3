-- These receipts, without their bytes.
WITH given (id) AS (VALUES {rows})
SELECT r.id, r.source, r.received_us, r.verdict, r.status, r.reason, r.event_id, r.remote,
       r.body_bytes
FROM given CROSS JOIN receipt AS r ON r.id = given.id
