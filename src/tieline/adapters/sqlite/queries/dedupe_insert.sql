-- Remember which event an identity stands for; a known identity stays with its first event.
INSERT INTO dedupe (tenant, source, identity, event_id, expires_us, digest)
VALUES {rows}
ON CONFLICT (tenant, source, identity) DO NOTHING
