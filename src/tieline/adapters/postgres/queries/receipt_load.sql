-- The bodies of receipts. They come in order, as with event_load.
-- rows: id text
SELECT c.id, c.body
FROM {rows}
CROSS JOIN LATERAL (
  SELECT id, body FROM receipt
  WHERE receipt.id = given.id AND receipt.id >= ($1::text[])[1]
    AND receipt.id <= ($1::text[])[cardinality($1::text[])] OFFSET 0) AS c
