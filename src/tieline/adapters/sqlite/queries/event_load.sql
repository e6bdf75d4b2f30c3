-- Events with their payloads.
WITH given (tenant, id) AS (VALUES {rows})
SELECT e.id, e.tenant, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.traceparent,
       e.receipt_id, e.cause, e.contract, e.data
FROM given CROSS JOIN event AS e ON e.id = given.id
