-- The business names that these events and their runs carry, a bounded number.
-- rows: id text
SELECT f.kind, f.key, f.event_id, f.run_id, f.at_us
FROM {rows} JOIN event AS e ON e.id = given.id
JOIN reference AS f ON f.tenant = e.tenant AND f.event_id = e.id LIMIT 500
