-- A page of events, newest first; however rare a match is, :look rows are looked at and no more.
-- takes: first text, before text, look bigint, source text, type text, prefix text
-- takes: since_us bigint, until_us bigint, limit bigint, identity text, tenant text
WITH looked AS MATERIALIZED (
  SELECT {event_columns}
  FROM event AS e WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:source IS NULL OR source = :source)
    AND (:tenant IS NULL OR tenant = :tenant)
    AND (:type IS NULL OR type = :type)
    AND (:identity IS NULL OR {position}(identity, :identity) > 0)
    AND (:prefix IS NULL OR substr(type, 1, length(:prefix)) = :prefix)
    AND recorded_us >= :since_us AND recorded_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
{page}
