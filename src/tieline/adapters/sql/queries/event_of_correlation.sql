-- Emitted events, edited copies, and senders' own correlations; the condition is the index's.
-- takes: correlation text, limit bigint
SELECT {event_columns}
FROM event AS e
WHERE e.correlation = :correlation AND (e.receipt_id IS NULL OR e.correlation <> e.receipt_id)
ORDER BY e.seq LIMIT :limit
