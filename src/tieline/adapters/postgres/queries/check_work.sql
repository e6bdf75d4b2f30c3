-- A slice of the work rows, each with what must agree with it.
-- takes: after text, limit bigint
SELECT w.run_id, w.state, r.state, w.behind, w.lane IS NOT NULL, l.head, w.worker, k.id
FROM (SELECT * FROM work WHERE run_id > :after ORDER BY run_id LIMIT :limit) AS w
LEFT JOIN run AS r ON r.id = w.run_id
LEFT JOIN lane AS l ON l.tenant = w.tenant AND l.flow = w.flow AND l.key = w.lane
LEFT JOIN worker AS k ON k.id = w.worker
ORDER BY w.run_id
