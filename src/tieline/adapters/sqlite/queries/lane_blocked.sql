-- Those of these lanes whose head goes nowhere until a person decides.
WITH given (tenant, flow, key) AS (VALUES {rows})
SELECT l.tenant, l.flow, l.key, l.head, r.state
FROM given CROSS JOIN lane AS l USING (tenant, flow, key) CROSS JOIN run AS r ON r.id = l.head
WHERE r.state IN ('dead', 'held')
