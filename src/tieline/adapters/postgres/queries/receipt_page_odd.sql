-- A page of the receipts with one verdict other than accepted, which have an index of their own.
-- takes: verdict text, first text, before text, look bigint, source text, since_us bigint
-- takes: until_us bigint, limit bigint, reason text
WITH looked AS MATERIALIZED (
  SELECT id, source, received_us, verdict, status, reason, event_id, remote, body_bytes
  FROM receipt
  WHERE verdict <> 'accepted' AND verdict = :verdict AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:source IS NULL OR source = :source)
    AND (:reason IS NULL OR strpos(reason, :reason) > 0)
    AND received_us >= :since_us AND received_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id DESC
