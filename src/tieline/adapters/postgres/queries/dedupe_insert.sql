-- Remember which event an identity stands for; a known identity stays with its first event. A
-- delivery that is being stored elsewhere is waited for; in order, so that nobody waits in a ring.
-- A row comes back for each that is new: a distributed server counts those that were offered.
-- rows: tenant text, source text, identity text, event_id text, expires_us bigint
-- rows: digest bytea
INSERT INTO dedupe (tenant, source, identity, event_id, expires_us, digest)
SELECT given.* FROM {rows} ORDER BY tenant, source, identity
ON CONFLICT (tenant, source, identity) DO NOTHING
RETURNING 1
