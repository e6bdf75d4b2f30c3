-- Those of these deliveries that are in quarantine are decided: a replay has made runs of them.
WITH given (id, decision, at_us) AS (VALUES {rows})
INSERT INTO receipt_decision (receipt_id, decision, at_us)
SELECT r.id, given.decision, given.at_us
FROM given CROSS JOIN receipt AS r ON r.id = given.id
WHERE r.verdict = 'quarantined'
ON CONFLICT (receipt_id) DO UPDATE SET decision = excluded.decision, at_us = excluded.at_us
