-- Issues that have a held run, among the oldest :look of these.
SELECT DISTINCT l.issue
FROM (SELECT id FROM run WHERE state IN ('held', 'dead', 'cancelled') AND state = 'held' ORDER BY id LIMIT :look) AS r
CROSS JOIN issue_link AS l ON l.subject = r.id
