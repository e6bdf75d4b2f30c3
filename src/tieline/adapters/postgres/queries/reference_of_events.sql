-- The business names that these events and their runs carry, a bounded number.
-- rows: id text
SELECT f.kind, f.key, f.event_id, f.run_id, f.at_us
FROM {rows} JOIN reference AS f ON f.event_id = given.id LIMIT 500
