-- Events with their payloads. They come in order, so the first and the last say which days are
-- looked into; else each of them would cost a little for every day that there is.
-- rows: tenant text, id text
SELECT {event_whole}
FROM {rows}
CROSS JOIN LATERAL (
  SELECT * FROM event
  WHERE event.tenant = given.tenant AND event.id = given.id AND event.id >= ($2::text[])[1]
    AND event.id <= ($2::text[])[cardinality($2::text[])] OFFSET 0) AS e
