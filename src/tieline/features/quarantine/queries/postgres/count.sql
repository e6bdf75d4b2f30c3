-- How many deliveries in quarantine wait for a decision, among the latest :look of all.
-- takes: look bigint
SELECT count(*) - count(d.receipt_id), count(*)
FROM (SELECT id FROM receipt WHERE verdict <> 'accepted' AND verdict = 'quarantined'
      ORDER BY id DESC LIMIT :look) AS r
LEFT JOIN receipt_decision AS d ON d.receipt_id = r.id
