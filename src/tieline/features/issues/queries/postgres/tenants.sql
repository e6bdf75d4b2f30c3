-- Of the latest subjects of an issue: how many each tenant has, and how many are held.
-- takes: issue text, look bigint
SELECT l.tenant, count(*), count(*) FILTER (WHERE r.state = 'held')
FROM (SELECT subject, tenant FROM issue_link WHERE issue = :issue
      ORDER BY subject DESC LIMIT :look) AS l
LEFT JOIN run AS r ON r.tenant = l.tenant AND r.id = l.subject
GROUP BY l.tenant ORDER BY count(*) DESC, l.tenant
