-- The first event of a type that carries one of these names, behind where it was looked before. The
-- smallest id that it can have keeps the look short.
-- rows: tenant text, type text, kind text, key text, first text, since_us bigint, after text
-- rows: own text
SELECT e.id
FROM {rows}
JOIN reference AS m ON m.kind = given.kind AND m.key = given.key AND m.event_id >= given.first
                   AND m.tenant = given.tenant
JOIN event AS e ON e.tenant = m.tenant AND e.id = m.event_id
WHERE e.type = given.type AND e.id <> given.own
  AND (e.recorded_us, e.id) > (given.since_us, given.after)
ORDER BY e.recorded_us, e.id LIMIT 1
