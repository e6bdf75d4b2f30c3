-- A page of tries, newest first; however rare a match is, :look of them are looked at.
-- takes: before bigint, look bigint, connection text, flow text, outcome text, since_us bigint
-- takes: until_us bigint, limit bigint
WITH looked AS MATERIALIZED (
  SELECT seq FROM attempt WHERE seq < :before ORDER BY seq DESC LIMIT :look
), found AS (
  SELECT a.seq, a.run_id, r.flow, r.event_id, a.step, a.key, a.number, a.connection, a.at_us,
         a.took_us, a.status, a.outcome, a.retry_us, a.detail, a.trace
  FROM looked JOIN attempt AS a ON a.seq = looked.seq
  LEFT JOIN LATERAL (
    SELECT flow, event_id FROM run
    WHERE run.tenant = a.tenant AND run.id = a.run_id OFFSET 0) AS r ON true
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
