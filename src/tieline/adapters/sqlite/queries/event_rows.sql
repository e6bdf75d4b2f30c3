-- The envelopes of these events.
WITH given (id) AS (VALUES {rows})
SELECT {event_columns}
FROM given CROSS JOIN event AS e ON e.id = given.id
