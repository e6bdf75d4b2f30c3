-- How many issues of deliveries of tenants that nobody knows wait for a person.
-- takes: kind text, look bigint
SELECT count(*) FROM (
  SELECT i.id FROM issue AS i
  WHERE i.kind IN ('quarantined', 'unknown-tenant') AND i.kind = :kind
    AND EXISTS (SELECT 1 FROM (SELECT subject FROM issue_link WHERE issue = i.id
                               ORDER BY subject DESC LIMIT 1000) AS l
                WHERE NOT EXISTS (SELECT 1 FROM receipt_decision AS k
                                  WHERE k.receipt_id = l.subject))
  LIMIT :look) AS counted
