-- A delivery in quarantine is decided, unless it is already.
INSERT INTO receipt_decision (receipt_id, decision, at_us) VALUES (:id, :decision, :at_us)
ON CONFLICT (receipt_id) DO NOTHING
