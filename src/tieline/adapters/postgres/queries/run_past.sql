-- The runs that these events have had, oldest first, and what was decided about those that died.
-- rows: id text
SELECT r.event_id, r.id, r.flow, r.state, r.lane, d.resolution
FROM {rows}
CROSS JOIN LATERAL (SELECT * FROM run WHERE run.event_id = given.id OFFSET 0) AS r
LEFT JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
ORDER BY r.id
