-- The business names that these events and their runs carry, a bounded number.
WITH given (id) AS (VALUES {rows})
SELECT f.kind, f.key, f.event_id, f.run_id, f.at_us
FROM given CROSS JOIN reference AS f ON f.event_id = given.id LIMIT 500
