-- A slice of the lanes, each with the state of its head.
-- takes: tenant text, flow text, key text, limit bigint
SELECT l.tenant, l.flow, l.key, l.head, r.state, w.behind, d.resolution
FROM (SELECT * FROM lane WHERE (tenant, flow, key) > (:tenant, :flow, :key)
      ORDER BY tenant, flow, key LIMIT :limit) AS l
LEFT JOIN LATERAL (
  SELECT state FROM run WHERE run.tenant = l.tenant AND run.id = l.head OFFSET 0) AS r ON true
LEFT JOIN LATERAL (
  SELECT behind FROM work
  WHERE work.tenant = l.tenant AND work.run_id = l.head OFFSET 0) AS w ON true
LEFT JOIN LATERAL (
  SELECT resolution FROM dead
  WHERE dead.tenant = l.tenant AND dead.run_id = l.head OFFSET 0) AS d ON true
ORDER BY l.tenant, l.flow, l.key
