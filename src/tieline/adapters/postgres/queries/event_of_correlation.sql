-- Emitted events, edited copies, and senders' own correlations; the condition is the index's.
-- takes: correlation text, limit bigint
SELECT e.id, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.receipt_id,
       e.cause, e.contract
FROM event AS e
WHERE e.correlation = :correlation AND (e.receipt_id IS NULL OR e.correlation <> e.receipt_id)
ORDER BY e.seq LIMIT :limit
