-- One receipt with its bytes.
-- takes: id text
SELECT id, tenant, source, received_us, verdict, status, reason, event_id, remote, headers, body,
       body_bytes
FROM receipt WHERE id = :id
