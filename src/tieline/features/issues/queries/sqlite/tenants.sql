-- Of the latest subjects of an issue: how many each tenant has, and how many are held.
SELECT l.tenant, count(*), sum(r.state IS 'held')
FROM (SELECT subject, tenant FROM issue_link WHERE issue = :issue
      ORDER BY subject DESC LIMIT :look) AS l
LEFT JOIN run AS r ON r.id = l.subject
GROUP BY l.tenant ORDER BY count(*) DESC, l.tenant
