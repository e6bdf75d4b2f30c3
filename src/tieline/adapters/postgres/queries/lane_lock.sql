-- Lock lanes until the end, in one order, so that nobody waits in a ring.
-- rows: tenant text, flow text, key text
SELECT count(*) FROM (
  SELECT 1 FROM {rows} JOIN lane AS l USING (tenant, flow, key)
  ORDER BY l.tenant, l.flow, l.key FOR UPDATE OF l) AS locked
