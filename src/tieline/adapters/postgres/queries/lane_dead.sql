-- Lanes that a dead run holds up, among the latest :look dead runs without a decision.
-- takes: look bigint, flow text, limit bigint
SELECT r.flow, r.tenant, r.lane, r.id, r.state, r.reason, r.moved_us, NULL::bigint,
       (SELECT count(*) FROM (
          SELECT 1 FROM work AS w
          WHERE w.tenant = r.tenant AND w.flow = r.flow AND w.lane = r.lane AND w.lane IS NOT NULL
            AND w.behind = 1 LIMIT 1000) AS counted)
FROM (SELECT tenant, run_id FROM dead
      WHERE resolution IS NULL ORDER BY run_id DESC LIMIT :look) AS d
CROSS JOIN LATERAL (
  SELECT * FROM run WHERE run.tenant = d.tenant AND run.id = d.run_id OFFSET 0) AS r
CROSS JOIN LATERAL (
  SELECT head FROM lane
  WHERE lane.tenant = r.tenant AND lane.flow = r.flow AND lane.key = r.lane OFFSET 0) AS l
WHERE l.head = r.id AND (:flow IS NULL OR r.flow = :flow)
LIMIT :limit
