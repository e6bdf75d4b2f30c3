-- Which of these identities stand for an event that was stored before, and for which one.
WITH given (tenant, source, identity) AS (VALUES {rows})
SELECT d.tenant, d.source, d.identity, d.event_id
FROM given CROSS JOIN dedupe AS d USING (tenant, source, identity)
CROSS JOIN event AS e ON e.id = d.event_id
