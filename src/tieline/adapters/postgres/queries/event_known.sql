-- Which of these events are stored. They come in order, as with event_load.
-- rows: id text
SELECT e.id
FROM {rows}
CROSS JOIN LATERAL (
  SELECT id FROM event
  WHERE event.id = given.id AND event.id >= ($1::text[])[1]
    AND event.id <= ($1::text[])[cardinality($1::text[])] OFFSET 0) AS e
