-- Issues that have a held run, among the oldest :look of these.
-- takes: look bigint
SELECT DISTINCT l.issue
FROM (SELECT id FROM run WHERE odd IS NOT NULL AND odd = 'held' ORDER BY id LIMIT :look) AS r
JOIN issue_link AS l ON l.subject = r.id
