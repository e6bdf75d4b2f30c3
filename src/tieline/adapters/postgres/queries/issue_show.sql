-- One issue.
-- takes: id text
SELECT i.id, i.flow, i.source, i.connection, i.kind, i.status, i.words, i.count, i.subjects,
         i.first_us, i.last_us, i.state, i.until_us, i.actor, i.reason, i.changed_us,
         i.regressions,
         (SELECT count(DISTINCT f.kind || ':' || f.key)
          FROM (SELECT event_id FROM issue_link WHERE issue = i.id
                ORDER BY subject DESC LIMIT 50) AS l
          JOIN reference AS f ON f.event_id = l.event_id),
         i.subjects <= 50,
         (SELECT count(DISTINCT t.tenant)
          FROM (SELECT tenant FROM issue_link WHERE issue = i.id
                ORDER BY subject DESC LIMIT 50) AS t)
FROM issue AS i WHERE i.id = :id
