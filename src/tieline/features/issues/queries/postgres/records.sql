-- Business names that the latest subjects of an issue carry.
-- takes: issue text, look bigint, limit bigint
SELECT DISTINCT f.kind, f.key, f.event_id
FROM (SELECT tenant, event_id FROM issue_link WHERE issue = :issue
      ORDER BY subject DESC LIMIT :look) AS l
JOIN reference AS f ON f.tenant = l.tenant AND f.event_id = l.event_id
ORDER BY f.event_id DESC, f.kind, f.key LIMIT :limit
