-- Lanes whose first run is held, is tried again later or waits, the first :look of them.
-- takes: first text, flow text, look bigint
SELECT r.flow, r.tenant, r.lane, r.id, r.state, r.reason, r.moved_us, p.due_us,
       (SELECT count(*) FROM (
          SELECT 1 FROM work AS w
          WHERE w.tenant = r.tenant AND w.flow = r.flow AND w.lane = r.lane AND w.lane IS NOT NULL
            AND w.behind = 1 LIMIT 1000) AS counted)
FROM (SELECT tenant, run_id, due_us FROM work
      WHERE lane IS NOT NULL AND behind = 0 AND state IN ('retrying', 'waiting', 'held')
        AND flow >= :first AND (:flow IS NULL OR flow = :flow)
      ORDER BY flow, run_id LIMIT :look) AS p
CROSS JOIN LATERAL (
  SELECT * FROM run WHERE run.tenant = p.tenant AND run.id = p.run_id OFFSET 0) AS r
