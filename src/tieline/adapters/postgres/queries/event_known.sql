-- Which of these events are stored. They come in order, as with event_load.
-- rows: tenant text, id text
SELECT e.id
FROM {rows}
CROSS JOIN LATERAL (
  SELECT id FROM event
  WHERE event.tenant = given.tenant AND event.id = given.id AND event.id >= ($2::text[])[1]
    AND event.id <= ($2::text[])[cardinality($2::text[])] OFFSET 0) AS e
