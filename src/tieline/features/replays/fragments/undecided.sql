-- Whether nobody has decided about a delivery (c).
NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = c.id)
