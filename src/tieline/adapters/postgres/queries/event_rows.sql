-- The envelopes of these events.
-- rows: id text
SELECT {event_columns}
FROM {rows} JOIN event AS e ON e.id = given.id
