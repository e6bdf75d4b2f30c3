-- A page of replays; people start them, so they are few.
-- takes: first text, before text, look bigint, state text, since_us bigint, until_us bigint
-- takes: limit bigint
WITH looked AS MATERIALIZED (
  SELECT id, filter, per_second, as_new_action, state, cursor, planned, admitted, started_us,
         moved_us
  FROM replay WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:state IS NULL OR state = :state)
    AND started_us >= :since_us AND started_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id DESC
