-- A page of the dead letters of one issue that wait for a decision.
-- takes: before text, look bigint, flow text, kind text, since_us bigint, until_us bigint
-- takes: limit bigint, issue text, connection text
WITH looked AS MATERIALIZED (
  SELECT tenant, run_id AS id FROM dead
  WHERE issue = :issue AND issue IS NOT NULL AND resolution IS NULL AND run_id < :before
  ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT d.run_id AS id, d.flow, d.kind, d.reason, d.at_us, d.resolution, d.resolved_us,
         r.event_id, r.lane, d.issue, d.connection
  FROM looked
  JOIN LATERAL (
    SELECT * FROM dead
    WHERE dead.tenant = looked.tenant AND dead.run_id = looked.id OFFSET 0) AS d ON true
  JOIN LATERAL (
    SELECT event_id, lane FROM run
    WHERE run.tenant = looked.tenant AND run.id = looked.id OFFSET 0) AS r ON true
  WHERE (:flow IS NULL OR d.flow = :flow)
    AND (:kind IS NULL OR d.kind = :kind)
    AND (:issue IS NULL OR d.issue = :issue)
    AND (:connection IS NULL OR d.connection = :connection)
    AND d.at_us >= :since_us AND d.at_us < :until_us
  ORDER BY d.run_id DESC LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id DESC
