-- Lock lanes until the end, in one order, so that nobody waits in a ring.
-- rows: tenant text, flow text, key text
SELECT count(*)
FROM (SELECT DISTINCT tenant, flow, key FROM {rows} ORDER BY tenant, flow, key) AS named
CROSS JOIN LATERAL (
  SELECT 1 FROM lane
  WHERE lane.tenant = named.tenant AND lane.flow = named.flow AND lane.key = named.key
  FOR UPDATE) AS locked
