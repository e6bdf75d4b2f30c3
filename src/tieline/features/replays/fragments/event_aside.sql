-- Whether the delivery (c) of an event is in quarantine, and nobody has decided about it.
c.verdict = 'quarantined'
AND NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = c.id)
