-- Note which runs and deliveries belong to which issues; answers the new ones.
-- rows: issue text, subject text, event_id text, tenant text, at_us bigint
INSERT INTO issue_link (issue, subject, event_id, tenant, at_us)
SELECT given.issue, given.subject, coalesce(r.event_id, given.event_id), given.tenant, given.at_us
FROM {rows}
LEFT JOIN LATERAL (
  SELECT event_id FROM run
  WHERE run.tenant = given.tenant AND run.id = given.subject OFFSET 0) AS r ON true
ON CONFLICT DO NOTHING
RETURNING issue
