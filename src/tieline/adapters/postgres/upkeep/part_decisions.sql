-- Forget what was decided about receipts in a range of ids.
-- takes: first text, end text
DELETE FROM receipt_decision WHERE receipt_id >= :first AND receipt_id < :end
