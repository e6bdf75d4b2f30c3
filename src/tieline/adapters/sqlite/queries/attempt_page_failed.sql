-- A page of the tries of one connection that failed, which have an index.
WITH looked AS MATERIALIZED (
  SELECT seq FROM attempt WHERE outcome <> 'done' AND connection = :connection
    AND seq < :before ORDER BY seq DESC LIMIT :look
), found AS (
  SELECT a.seq, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
         a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
  FROM looked CROSS JOIN attempt AS a ON a.seq = looked.seq LEFT JOIN run AS r ON r.id = a.run_id
  WHERE (:connection IS NULL OR a.connection = :connection)
    AND (:flow IS NULL OR r.flow = :flow)
    AND (:outcome IS NULL OR a.outcome = :outcome
         OR (:outcome = 'failed' AND a.outcome NOT IN ('done', 'confirmed', 'skipped')))
    AND a.at_us >= :since_us AND a.at_us < :until_us
  ORDER BY a.seq DESC LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(seq) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.seq DESC
