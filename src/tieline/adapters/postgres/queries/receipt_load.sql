-- The bodies of receipts. They come in order, as with event_load.
-- rows: tenant text, id text
SELECT c.id, c.body
FROM {rows}
CROSS JOIN LATERAL (
  SELECT id, body FROM receipt
  WHERE receipt.tenant = given.tenant AND receipt.id = given.id AND receipt.id >= ($2::text[])[1]
    AND receipt.id <= ($2::text[])[cardinality($2::text[])] OFFSET 0) AS c
