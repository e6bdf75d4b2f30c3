-- The runs that these events have had, oldest first, and what was decided about those that died.
WITH given (id) AS (VALUES {rows})
SELECT r.event_id, r.id, r.flow, r.state, r.lane, d.resolution
FROM given CROSS JOIN run AS r ON r.event_id = given.id LEFT JOIN dead AS d ON d.run_id = r.id
ORDER BY r.id
