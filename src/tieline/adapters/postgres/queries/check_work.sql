-- A slice of the work rows, each with what must agree with it.
-- takes: after text, limit bigint
SELECT w.run_id, w.state, r.state, w.behind, w.lane IS NOT NULL, l.head, w.worker, k.id
FROM (SELECT * FROM work WHERE run_id > :after ORDER BY run_id LIMIT :limit) AS w
LEFT JOIN LATERAL (
  SELECT state FROM run WHERE run.tenant = w.tenant AND run.id = w.run_id OFFSET 0) AS r ON true
LEFT JOIN LATERAL (
  SELECT head FROM lane
  WHERE lane.tenant = w.tenant AND lane.flow = w.flow AND lane.key = w.lane OFFSET 0) AS l ON true
LEFT JOIN LATERAL (SELECT id FROM worker WHERE worker.id = w.worker OFFSET 0) AS k ON true
ORDER BY w.run_id
