-- The envelopes of these events.
WITH given (id) AS (VALUES {rows})
SELECT e.id, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.receipt_id,
       e.cause, e.contract
FROM given CROSS JOIN event AS e ON e.id = given.id
