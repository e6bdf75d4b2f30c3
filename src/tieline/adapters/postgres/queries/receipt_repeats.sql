-- Deliveries that were recognised as one of these events again, a bounded number.
-- rows: id text
SELECT r.id, r.source, r.received_us, r.verdict, r.status, r.reason, r.event_id, r.remote,
       r.body_bytes
FROM {rows} JOIN receipt AS r ON r.event_id = given.id
WHERE r.verdict = 'duplicate' LIMIT 200
