-- Those of these deliveries that were kept for a decision are decided: a replay made runs of them.
WITH given (id, decision, at_us) AS (VALUES {rows})
INSERT INTO receipt_decision (receipt_id, decision, at_us)
SELECT r.id, given.decision, given.at_us
FROM given CROSS JOIN receipt AS r ON r.id = given.id
WHERE r.verdict = 'quarantined'
   OR r.verdict = 'unmatched' AND substr(r.reason, 1, 15) = 'unknown-tenant:'
ON CONFLICT (receipt_id) DO UPDATE SET decision = excluded.decision, at_us = excluded.at_us
