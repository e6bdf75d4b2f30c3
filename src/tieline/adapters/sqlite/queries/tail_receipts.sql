-- The newest deliveries behind a place.
SELECT seq, id, source, received_us, verdict, status, reason, event_id, remote, body_bytes
FROM receipt WHERE seq > :after ORDER BY seq DESC LIMIT :limit
