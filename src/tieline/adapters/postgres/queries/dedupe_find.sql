-- Which of these identities stand for an event that was stored before, and for which one.
-- rows: tenant text, source text, identity text
SELECT d.tenant, d.source, d.identity, d.event_id
FROM {rows} JOIN dedupe AS d USING (tenant, source, identity)
JOIN event AS e ON e.id = d.event_id
