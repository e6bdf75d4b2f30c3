-- Issues of deliveries of one kind that are kept aside and that nobody has decided about, each with its oldest, the oldest
-- first. Of an issue's oldest :look all may be decided: then of its latest thousand.
-- An issue's words are those of its latest delivery.
WITH aside AS MATERIALIZED (
  SELECT i.id AS issue, i.source, i.words,
         coalesce(
           (SELECT min(l.subject) FROM (
              SELECT subject FROM issue_link
              WHERE issue = i.id AND (:tenant IS NULL OR tenant = :tenant)
              ORDER BY subject LIMIT :look) AS l
            WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = l.subject)),
           (SELECT min(l.subject) FROM (
              SELECT subject FROM issue_link
              WHERE issue = i.id AND (:tenant IS NULL OR tenant = :tenant)
              ORDER BY subject DESC LIMIT 1000) AS l
            WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k
                              WHERE k.receipt_id = l.subject))) AS subject
  FROM issue AS i
  WHERE i.kind IN ('quarantined', 'unknown-tenant') AND i.kind = :kind
), chosen AS MATERIALIZED (
  SELECT l.at_us, a.issue, a.subject, a.source, a.words
  FROM aside AS a CROSS JOIN issue_link AS l
  WHERE l.issue = a.issue AND l.subject = a.subject
    AND (l.at_us, a.issue) > (:after_us, :after_id)
    AND (:sources IS NULL OR a.source IN (SELECT value FROM json_each(:sources)))
  ORDER BY l.at_us, a.issue LIMIT :limit
)
SELECT c.at_us, c.issue, c.subject, c.source, c.words,
       (SELECT CASE WHEN min(tenant) = max(tenant) THEN min(tenant) END FROM (
          SELECT tenant FROM issue_link
          WHERE issue = c.issue AND (:tenant IS NULL OR tenant = :tenant)
          ORDER BY subject DESC LIMIT 100)),
       (SELECT count(*) FROM (
          SELECT subject FROM issue_link
          WHERE issue = c.issue AND (:tenant IS NULL OR tenant = :tenant)
          ORDER BY subject DESC LIMIT 1000) AS l
        WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = l.subject))
FROM chosen AS c
ORDER BY c.at_us, c.issue
