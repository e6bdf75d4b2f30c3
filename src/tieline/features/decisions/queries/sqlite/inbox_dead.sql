-- Issues with dead letters that wait, each with its oldest, the oldest first: from one issue to the
-- next by the index, however many letters an issue has.
WITH RECURSIVE named (issue, n) AS (
  SELECT (SELECT coalesce(issue, '') FROM dead WHERE resolution IS NULL
          ORDER BY coalesce(issue, '') LIMIT 1), 1
  UNION ALL
  SELECT (SELECT coalesce(d.issue, '') FROM dead AS d
          WHERE d.resolution IS NULL AND coalesce(d.issue, '') > named.issue
          ORDER BY coalesce(d.issue, '') LIMIT 1), named.n + 1
  FROM named WHERE named.issue IS NOT NULL AND named.n < :look
), oldest AS MATERIALIZED (
  SELECT n.issue, d.run_id, d.at_us, d.flow, d.kind, d.reason
  FROM named AS n
  CROSS JOIN dead AS d ON d.run_id = (
    SELECT o.run_id FROM dead AS o
    WHERE o.resolution IS NULL AND coalesce(o.issue, '') = n.issue
      AND (:tenant IS NULL OR o.tenant = :tenant)
    ORDER BY o.at_us, o.run_id LIMIT 1)
  WHERE n.issue IS NOT NULL
), chosen AS MATERIALIZED (
  SELECT * FROM oldest
  WHERE (at_us, issue) > (:after_us, :after_id)
    AND (:flows IS NULL OR flow IN (SELECT value FROM json_each(:flows)))
  ORDER BY at_us, issue LIMIT :limit
)
SELECT c.at_us, c.issue, c.run_id, c.flow, c.kind, c.reason,
       (SELECT CASE WHEN min(tenant) = max(tenant) THEN min(tenant) END FROM (
          SELECT tenant FROM dead AS o
          WHERE o.resolution IS NULL AND coalesce(o.issue, '') = c.issue
            AND (:tenant IS NULL OR o.tenant = :tenant)
          ORDER BY o.at_us, o.run_id LIMIT 100)),
       (SELECT count(*) FROM (
          SELECT 1 FROM dead AS o
          WHERE o.issue = c.issue AND o.issue IS NOT NULL AND o.resolution IS NULL
            AND (:tenant IS NULL OR o.tenant = :tenant)
          LIMIT 1000))
       + (SELECT count(*) FROM (
          SELECT 1 FROM dead AS o
          WHERE c.issue = '' AND o.resolution IS NULL AND coalesce(o.issue, '') = ''
            AND (:tenant IS NULL OR o.tenant = :tenant)
          LIMIT 1000)),
       (SELECT count(*) FROM (
          SELECT 1 FROM (SELECT run_id FROM dead AS o
                         WHERE o.resolution IS NULL AND coalesce(o.issue, '') = c.issue
            AND (:tenant IS NULL OR o.tenant = :tenant)
                         ORDER BY o.at_us, o.run_id LIMIT 100) AS h
          CROSS JOIN run AS r ON r.id = h.run_id
          CROSS JOIN lane AS l ON l.tenant = r.tenant AND l.flow = r.flow AND l.key = r.lane
          CROSS JOIN work AS w ON w.tenant = r.tenant AND w.flow = r.flow AND w.lane = r.lane
          WHERE l.head = r.id AND w.lane IS NOT NULL AND w.behind = 1 LIMIT 1000)),
       (SELECT r.event_id FROM run AS r WHERE r.id = c.run_id)
FROM chosen AS c
ORDER BY c.at_us, c.issue
