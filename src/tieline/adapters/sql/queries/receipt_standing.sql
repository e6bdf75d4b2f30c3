-- What a decision about one delivery needs to know of it.
-- takes: id text
SELECT r.verdict, d.decision
FROM receipt AS r LEFT JOIN receipt_decision AS d ON d.receipt_id = r.id
WHERE r.id = :id
