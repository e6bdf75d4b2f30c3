-- Held runs of one kind, the longest held first: behind a place, :look are looked at and no more.
-- takes: after_us bigint, after_id text, look bigint, flows text, tenant text, doubt bigint, limit bigint
WITH looked AS MATERIALIZED (
  SELECT tenant, run_id, held_us FROM work
  WHERE state = 'held' AND (held_us, run_id) > (:after_us, :after_id)
  ORDER BY held_us, run_id LIMIT :look
), found AS (
  SELECT l.held_us,
         (SELECT count(*) FROM (
            SELECT 1 FROM work AS b
            WHERE b.tenant = r.tenant AND b.flow = r.flow AND b.lane = r.lane
              AND b.lane IS NOT NULL AND b.behind = 1 LIMIT 1000) AS counted) AS waiting,
         l.run_id AS last, {run_columns}
  FROM looked AS l
  JOIN LATERAL (
    SELECT * FROM run WHERE run.tenant = l.tenant AND run.id = l.run_id OFFSET 0) AS r ON true
  {run_work}
  WHERE (:flows IS NULL OR r.flow IN (SELECT jsonb_array_elements_text(:flows::jsonb)))
    AND (:tenant IS NULL OR r.tenant = :tenant)
    AND (CASE WHEN w.doubt_step IS NULL THEN 0 ELSE 1 END) = :doubt
  ORDER BY l.held_us, l.run_id LIMIT :limit
)
SELECT (SELECT count(*) FROM looked),
       (SELECT held_us FROM looked ORDER BY held_us DESC, run_id DESC LIMIT 1),
       (SELECT run_id FROM looked ORDER BY held_us DESC, run_id DESC LIMIT 1) AS looked_to, found.*
FROM (SELECT 1) AS one LEFT JOIN found ON true
ORDER BY found.held_us, found.last
