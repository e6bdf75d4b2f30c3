-- For which events a sender's own id stands, whatever tenant and source it is of. A loose walk over
-- the tenants: the cost grows with them and with sources, not with events.
-- takes: tenants bigint, identity text, limit bigint
WITH RECURSIVE each (tenant) AS (
  SELECT min(tenant) FROM dedupe
  UNION ALL
  SELECT (SELECT min(d.tenant) FROM dedupe AS d WHERE d.tenant > each.tenant)
  FROM each WHERE each.tenant IS NOT NULL
), walked AS MATERIALIZED (
  SELECT tenant FROM each WHERE tenant IS NOT NULL LIMIT :tenants
)
SELECT d.event_id
FROM walked CROSS JOIN rhythm AS r
CROSS JOIN LATERAL (
  SELECT event_id FROM dedupe
  WHERE dedupe.tenant = walked.tenant AND dedupe.source = r.source
    AND dedupe.identity = :identity OFFSET 0) AS d
LIMIT :limit
