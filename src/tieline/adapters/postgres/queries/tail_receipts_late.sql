-- Deliveries that were stored late, below what was seen already.
-- rows: first bigint, last bigint
SELECT seq, id, source, received_us, verdict, status, reason, event_id, remote, body_bytes
FROM {rows} JOIN receipt AS c ON c.seq BETWEEN given.first AND given.last
LIMIT 500
