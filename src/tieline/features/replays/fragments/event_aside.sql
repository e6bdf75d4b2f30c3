-- Whether the delivery (c) of an event was kept aside (in quarantine, or of a tenant that nobody knew),
-- and nobody has decided about it.
(c.verdict = 'quarantined' OR (c.verdict = 'unmatched' AND substr(c.reason, 1, 15) = 'unknown-tenant:'))
AND NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = c.id)
