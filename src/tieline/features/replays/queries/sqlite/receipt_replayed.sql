-- Those of these deliveries that were kept for a decision are decided: a replay made runs of them.
WITH given (id, decision, at_us) AS (VALUES {rows})
INSERT INTO receipt_decision (receipt_id, decision, at_us)
SELECT c.id, given.decision, given.at_us
FROM given CROSS JOIN receipt AS c ON c.id = given.id
WHERE {kept_aside}
ON CONFLICT (receipt_id) DO UPDATE SET decision = excluded.decision, at_us = excluded.at_us
