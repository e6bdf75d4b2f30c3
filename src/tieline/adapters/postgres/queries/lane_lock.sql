-- Lock lanes until the end, in one order, so that nobody waits in a ring.
-- rows: tenant text, flow text, key text
SELECT count(*)
FROM (SELECT DISTINCT tenant COLLATE "C" AS tenant, flow COLLATE "C" AS flow, key COLLATE "C" AS key
      FROM {rows} ORDER BY 1, 2, 3) AS named
CROSS JOIN LATERAL (
  SELECT 1 FROM lane
  WHERE lane.tenant = named.tenant AND lane.flow = named.flow AND lane.key = named.key
  FOR UPDATE) AS locked
