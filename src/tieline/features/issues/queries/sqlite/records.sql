-- Business names that the latest subjects of an issue carry.
SELECT DISTINCT f.kind, f.key, f.event_id
FROM (SELECT event_id FROM issue_link WHERE issue = :issue ORDER BY subject DESC LIMIT :look) AS l
CROSS JOIN reference AS f ON f.event_id = l.event_id
ORDER BY f.event_id DESC, f.kind, f.key LIMIT :limit
