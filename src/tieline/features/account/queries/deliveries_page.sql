-- A page of the deliveries whose event is not there, newest first.
-- takes: first text, before text, look bigint, since_us bigint, until_us bigint, source text
-- takes: limit bigint
WITH looked AS MATERIALIZED (
  SELECT id, source, received_us, verdict, event_id, tenant FROM receipt
  WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), found AS (
  SELECT l.id, l.source, 'delivery' AS type, l.event_id AS identity, l.received_us, l.tenant,
         'lost' AS stands
  FROM looked AS l
  WHERE (:source IS NULL OR l.source = :source)
    AND l.received_us >= :since_us AND l.received_us < :until_us
    AND l.event_id IS NOT NULL AND l.verdict <> 'duplicate'
    AND (SELECT count(*) FROM event AS e WHERE e.id = l.event_id) = 0
  ORDER BY l.id DESC LIMIT :limit
)
{page}
