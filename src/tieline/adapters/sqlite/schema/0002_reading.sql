-- What people read: found by index where a bounded look would not find it.
-- All but reference_event hold only rows that the hot path does not make.

-- Emitted events, edited copies and senders' own correlations; else the correlation is the receipt.
CREATE INDEX event_correlation ON event (correlation)
WHERE receipt_id IS NULL OR correlation <> receipt_id;

CREATE INDEX receipt_repeat ON receipt (event_id) WHERE verdict = 'duplicate';

CREATE INDEX run_replay ON run (replay_id, id) WHERE replay_id IS NOT NULL;

CREATE INDEX reference_event ON reference (event_id);

CREATE INDEX audit_subject ON audit (subject);
