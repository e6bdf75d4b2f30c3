-- Issues with dead letters that wait, each with its oldest, the oldest first: from one issue to the
-- next by the index, however many letters an issue has.
-- takes: after_us bigint, after_id text, look bigint, flows text, tenant text, limit bigint
WITH RECURSIVE named (issue, n) AS (
  SELECT (SELECT coalesce(issue, '') FROM dead WHERE resolution IS NULL
          ORDER BY coalesce(issue, '') LIMIT 1), 1
  UNION ALL
  SELECT (SELECT coalesce(d.issue, '') FROM dead AS d
          WHERE d.resolution IS NULL AND coalesce(d.issue, '') > named.issue
          ORDER BY coalesce(d.issue, '') LIMIT 1), named.n + 1
  FROM named WHERE named.issue IS NOT NULL AND named.n < :look
), oldest AS MATERIALIZED (
  SELECT n.issue, d.*
  FROM named AS n
  CROSS JOIN LATERAL (
    SELECT o.tenant, o.run_id, o.at_us, o.flow, o.kind, o.reason FROM dead AS o
    WHERE o.resolution IS NULL AND coalesce(o.issue, '') = n.issue
      AND (:tenant IS NULL OR o.tenant = :tenant)
    ORDER BY o.at_us, o.run_id LIMIT 1) AS d
  WHERE n.issue IS NOT NULL
), chosen AS MATERIALIZED (
  SELECT * FROM oldest
  WHERE (at_us, issue) > (:after_us, :after_id)
    AND (:flows IS NULL OR flow IN (SELECT jsonb_array_elements_text(:flows::jsonb)))
  ORDER BY at_us, issue LIMIT :limit
)
SELECT c.at_us, c.issue, c.run_id, c.flow, c.kind, c.reason,
       (SELECT CASE WHEN min(tenant) = max(tenant) THEN min(tenant) END FROM (
          SELECT tenant FROM dead AS o
          WHERE o.resolution IS NULL AND coalesce(o.issue, '') = c.issue
            AND (:tenant IS NULL OR o.tenant = :tenant)
          ORDER BY o.at_us, o.run_id LIMIT 100) AS theirs),
       (SELECT count(*) FROM (
          SELECT 1 FROM dead AS o
          WHERE o.issue = c.issue AND o.issue IS NOT NULL AND o.resolution IS NULL
            AND (:tenant IS NULL OR o.tenant = :tenant)
          LIMIT 1000) AS counted)
       + (SELECT count(*) FROM (
          SELECT 1 FROM dead AS o
          WHERE c.issue = '' AND o.resolution IS NULL AND coalesce(o.issue, '') = ''
            AND (:tenant IS NULL OR o.tenant = :tenant)
          LIMIT 1000) AS counted),
       (SELECT count(*) FROM (
          SELECT 1 FROM (SELECT tenant, run_id FROM dead AS o
                         WHERE o.resolution IS NULL AND coalesce(o.issue, '') = c.issue
            AND (:tenant IS NULL OR o.tenant = :tenant)
                         ORDER BY o.at_us, o.run_id LIMIT 100) AS h
          CROSS JOIN LATERAL (
            SELECT id, tenant, flow, lane FROM run
            WHERE run.tenant = h.tenant AND run.id = h.run_id OFFSET 0) AS r
          CROSS JOIN LATERAL (
            SELECT head FROM lane
            WHERE lane.tenant = r.tenant AND lane.flow = r.flow AND lane.key = r.lane OFFSET 0) AS l
          CROSS JOIN LATERAL (
            SELECT 1 FROM work
            WHERE work.tenant = r.tenant AND work.flow = r.flow AND work.lane = r.lane
              AND work.lane IS NOT NULL AND work.behind = 1 OFFSET 0) AS w
          WHERE l.head = r.id LIMIT 1000) AS counted),
       (SELECT r.event_id FROM run AS r WHERE r.tenant = c.tenant AND r.id = c.run_id)
FROM chosen AS c
ORDER BY c.at_us, c.issue
