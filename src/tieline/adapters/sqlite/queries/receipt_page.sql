-- A page of receipts, newest first; however rare a match is, :look rows are looked at and no more.
WITH looked AS MATERIALIZED (
  SELECT id, source, received_us, verdict, status, reason, event_id, remote, body_bytes
  FROM receipt WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:source IS NULL OR source = :source)
    AND (:reason IS NULL OR instr(reason, :reason) > 0)
    AND (:verdict IS NULL OR verdict = :verdict)
    AND received_us >= :since_us AND received_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id DESC
