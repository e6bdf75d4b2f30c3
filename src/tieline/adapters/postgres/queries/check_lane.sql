-- A slice of the lanes, each with the state of its head.
-- takes: tenant text, flow text, key text, limit bigint
SELECT l.tenant, l.flow, l.key, l.head, r.state, w.behind, d.resolution
FROM (SELECT * FROM lane WHERE (tenant, flow, key) > (:tenant, :flow, :key)
      ORDER BY tenant, flow, key LIMIT :limit) AS l
LEFT JOIN run AS r ON r.id = l.head
LEFT JOIN work AS w ON w.run_id = l.head
LEFT JOIN dead AS d ON d.run_id = l.head
ORDER BY l.tenant, l.flow, l.key
