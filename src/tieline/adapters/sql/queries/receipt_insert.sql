-- Keep the raw requests as they came.
-- rows: id text, tenant text, source text, received_us bigint, verdict text, status bigint
-- rows: reason text, event_id text, remote text, headers bytea, body bytea, body_bytes bigint
INSERT INTO receipt (id, tenant, source, received_us, verdict, status, reason, event_id, remote,
                     headers, body, body_bytes)
{given_rows}
