-- Keep the raw requests as they came.
INSERT INTO receipt (id, tenant, source, received_us, verdict, status, reason, event_id, remote,
                     headers, body, body_bytes)
VALUES {rows}
