-- These receipts, without their bytes.
-- rows: id text
SELECT r.id, r.source, r.received_us, r.verdict, r.status, r.reason, r.event_id, r.remote,
       r.body_bytes
FROM {rows} JOIN receipt AS r ON r.id = given.id
