-- For which event each of these identities stands, and what that said.
-- rows: tenant text, source text, identity text
SELECT given.tenant, given.source, given.identity, d.event_id, d.digest
FROM {rows}
CROSS JOIN LATERAL (
  SELECT event_id, digest FROM dedupe
  WHERE dedupe.tenant = given.tenant AND dedupe.source = given.source
    AND dedupe.identity = given.identity OFFSET 0) AS d
