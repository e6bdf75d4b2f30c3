-- The first event of a type that carries one of these names, behind where it was looked before. The
-- smallest id that it can have keeps the look short.
WITH given (tenant, type, kind, key, first, since_us, after, own) AS (VALUES {rows})
SELECT e.id
FROM given
CROSS JOIN reference AS m ON m.kind = given.kind AND m.key = given.key
                         AND m.event_id >= given.first
CROSS JOIN event AS e ON e.id = m.event_id
WHERE m.tenant = given.tenant AND e.type = given.type AND e.id <> given.own
  AND (e.recorded_us, e.id) > (given.since_us, given.after)
ORDER BY e.recorded_us, e.id LIMIT 1
