-- The distinct kinds of ready work, by a loose walk over the index: cost grows with kinds, not rows.
WITH RECURSIVE first_of (run_id) AS (
  SELECT (SELECT run_id FROM work WHERE state = 'ready' AND behind = 0
          ORDER BY priority, tenant, flow, run_id LIMIT 1)
  UNION ALL
  SELECT (SELECT n.run_id FROM work AS n
          WHERE n.state = 'ready' AND n.behind = 0
            AND (n.priority, n.tenant, n.flow) > (k.priority, k.tenant, k.flow)
          ORDER BY n.priority, n.tenant, n.flow, n.run_id LIMIT 1)
  FROM first_of CROSS JOIN work AS k ON k.run_id = first_of.run_id
)
SELECT w.priority, w.tenant, w.flow
FROM first_of CROSS JOIN work AS w ON w.run_id = first_of.run_id
LIMIT :limit
