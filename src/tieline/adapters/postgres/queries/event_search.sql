-- Events by what is not indexed, among the latest :look: the sender's own id, or a trace.
-- takes: look bigint, text text, limit bigint
SELECT id, source, type, identity, recorded_us, correlation, receipt_id, cause, contract
FROM (SELECT id, source, type, identity, recorded_us, correlation, receipt_id, cause, contract,
             traceparent
      FROM event ORDER BY id DESC LIMIT :look) AS late
WHERE identity = :text OR substr(traceparent, 4, 32) = :text
ORDER BY id DESC LIMIT :limit
