-- One event with its payload, wherever that is kept.
-- takes: id text
SELECT e.id, e.tenant, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.traceparent,
       e.receipt_id, e.cause, e.contract, e.data, CASE WHEN e.data IS NULL THEN c.body END
FROM event AS e LEFT JOIN receipt AS c ON c.tenant = e.tenant AND c.id = e.receipt_id
WHERE e.id = :id
