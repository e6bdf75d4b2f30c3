-- Note which runs and deliveries belong to which issues; answers the new ones.
WITH given (issue, subject, event_id, tenant, at_us) AS (VALUES {rows})
INSERT INTO issue_link (issue, subject, event_id, tenant, at_us)
SELECT given.issue, given.subject, coalesce(r.event_id, given.event_id), given.tenant, given.at_us
FROM given LEFT JOIN run AS r ON r.id = given.subject
WHERE true
ON CONFLICT DO NOTHING
RETURNING issue
