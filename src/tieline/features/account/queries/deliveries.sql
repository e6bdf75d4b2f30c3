-- What became of the deliveries of a slice at the door, newest first: counted by source. One that
-- was taken for an event which is not there is lost.
-- takes: first text, before text, look bigint, since_us bigint, until_us bigint, source text
WITH looked AS MATERIALIZED (
  SELECT id, source, received_us, verdict, event_id FROM receipt
  WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), stood AS (
  SELECT l.source,
         CASE WHEN l.event_id IS NOT NULL AND l.verdict <> 'duplicate'
                   AND (SELECT count(*) FROM event AS e WHERE e.id = l.event_id) = 0
              THEN 'lost' ELSE l.verdict END AS stands
  FROM looked AS l
  WHERE (:source IS NULL OR l.source = :source)
    AND l.received_us >= :since_us AND l.received_us < :until_us
), counted AS (
  SELECT source, stands, count(*) AS number FROM stood GROUP BY source, stands
)
SELECT seen.count, seen.last, counted.source, counted.stands, counted.number, 0
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN counted ON true
ORDER BY counted.source, counted.stands
