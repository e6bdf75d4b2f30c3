-- What a list shows of an issue (i), with the names and tenants of its latest runs: IssueRow, but
-- for whether it needs a person.
i.id, i.flow, i.source, i.connection, i.kind, i.status, i.words, i.count, i.subjects,
i.first_us, i.last_us, i.state, i.until_us, i.actor, i.reason, i.changed_us,
i.regressions,
CASE WHEN i.flow IS NULL THEN i.subjects ELSE
  (SELECT coalesce(max(named.n), 0)
   FROM (SELECT count(DISTINCT f.key) AS n
         FROM (SELECT tenant, event_id FROM issue_link WHERE issue = i.id
               ORDER BY subject DESC LIMIT 50) AS l
         JOIN reference AS f ON f.tenant = l.tenant AND f.event_id = l.event_id
         GROUP BY f.kind) AS named) END AS records,
(i.flow IS NULL OR i.subjects <= 50) AS records_exact,
(SELECT count(DISTINCT t.tenant)
 FROM (SELECT tenant FROM issue_link WHERE issue = i.id
       ORDER BY subject DESC LIMIT 50) AS t) AS tenants
