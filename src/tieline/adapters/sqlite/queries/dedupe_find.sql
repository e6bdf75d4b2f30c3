-- For which event each of these identities stands, and what that said.
WITH given (tenant, source, identity) AS (VALUES {rows})
SELECT d.tenant, d.source, d.identity, d.event_id, d.digest
FROM given CROSS JOIN dedupe AS d USING (tenant, source, identity)
