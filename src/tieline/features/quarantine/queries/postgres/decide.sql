-- A delivery in quarantine is decided, unless it is already.
-- takes: id text, decision text, at_us bigint
INSERT INTO receipt_decision (receipt_id, decision, at_us) VALUES (:id, :decision, :at_us)
ON CONFLICT (receipt_id) DO NOTHING
