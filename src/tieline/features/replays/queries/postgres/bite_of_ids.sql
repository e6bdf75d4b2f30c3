-- These events, with what a replay needs of them.
-- rows: id text
SELECT {event_whole}, CASE WHEN e.data IS NULL THEN c.body END,
       coalesce((SELECT max(r.generation) FROM run AS r
                WHERE r.tenant = e.tenant AND r.event_id = e.id), 0),
       {kept_aside} AND {undecided}
FROM {rows} JOIN event AS e ON e.id = given.id
LEFT JOIN receipt AS c ON c.id = e.receipt_id
