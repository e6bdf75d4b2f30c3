-- For which events a sender's own id stands, whatever tenant and source it is of. A loose walk over
-- the tenants: the cost grows with them and with sources, not with events.
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
CROSS JOIN dedupe AS d ON d.tenant = walked.tenant AND d.source = r.source AND d.identity = :identity
LIMIT :limit
