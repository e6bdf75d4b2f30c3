-- One event with its payload, wherever that is kept.
-- takes: id text
SELECT {event_whole}, CASE WHEN e.data IS NULL THEN c.body END
FROM event AS e LEFT JOIN receipt AS c ON c.id = e.receipt_id
WHERE e.id = :id
