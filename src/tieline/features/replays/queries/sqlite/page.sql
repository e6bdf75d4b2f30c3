-- A page of replays; people start them, so they are few.
WITH looked AS MATERIALIZED (
  SELECT {replay_columns}
  FROM replay AS p WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:state IS NULL OR state = :state)
    AND started_us >= :since_us AND started_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
{page}
