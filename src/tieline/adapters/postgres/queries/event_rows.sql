-- The envelopes of these events.
-- rows: id text
SELECT e.id, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.receipt_id,
       e.cause, e.contract
FROM {rows} JOIN event AS e ON e.id = given.id
