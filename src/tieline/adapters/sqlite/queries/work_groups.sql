-- The distinct kinds of ready work, by a loose walk over the index: cost grows with kinds, not rows.
-- Three plain hops, since a row value comparison would use only the first column of the index.
WITH RECURSIVE kind (priority, tenant, flow) AS (
  SELECT * FROM (SELECT priority, tenant, flow FROM work
                 WHERE state = 'ready' AND behind = 0
                 ORDER BY priority, tenant, flow LIMIT 1)
  UNION ALL
  SELECT n.priority, n.tenant, n.flow
  FROM kind AS k CROSS JOIN work AS n ON n.run_id = coalesce(
    (SELECT run_id FROM work WHERE state = 'ready' AND behind = 0
       AND priority = k.priority AND tenant = k.tenant AND flow > k.flow
     ORDER BY flow, run_id LIMIT 1),
    (SELECT run_id FROM work WHERE state = 'ready' AND behind = 0
       AND priority = k.priority AND tenant > k.tenant
     ORDER BY tenant, flow, run_id LIMIT 1),
    (SELECT run_id FROM work WHERE state = 'ready' AND behind = 0 AND priority > k.priority
     ORDER BY priority, tenant, flow, run_id LIMIT 1)))
SELECT priority, tenant, flow FROM kind LIMIT :limit
