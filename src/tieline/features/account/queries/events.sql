-- Where the events of a slice stand, newest first: counted by source.
-- takes: first text, before text, look bigint, since_us bigint, until_us bigint, source text
-- takes: forgotten_us bigint
WITH looked AS MATERIALIZED (
  SELECT id, source, recorded_us, receipt_id FROM event
  WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), stood AS (
  SELECT l.source, {stands}
  FROM looked AS l
  WHERE (:source IS NULL OR l.source = :source)
    AND l.recorded_us >= :since_us AND l.recorded_us < :until_us
), counted AS (
  SELECT source, stands, count(*) AS number, sum(doubled) AS doubled
  FROM stood GROUP BY source, stands
)
SELECT seen.count, seen.last, counted.source, counted.stands, counted.number, counted.doubled
FROM (SELECT count(*) AS count, min(id) AS last FROM looked) AS seen LEFT JOIN counted ON true
ORDER BY counted.source, counted.stands
