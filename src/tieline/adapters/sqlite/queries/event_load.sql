-- Events with their payloads.
WITH given (tenant, id) AS (VALUES {rows})
SELECT {event_whole}
FROM given CROSS JOIN event AS e ON e.id = given.id
