-- A page of the events that stand somewhere, newest first; :look of them are looked at and no more.
-- takes: first text, before text, look bigint, since_us bigint, until_us bigint, source text
-- takes: forgotten_us bigint, stands text, limit bigint
WITH looked AS MATERIALIZED (
  SELECT id, source, type, identity, recorded_us, tenant, receipt_id FROM event
  WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), stood AS (
  SELECT l.id, l.source, l.type, l.identity, l.recorded_us, l.tenant, {stands}
  FROM looked AS l
  WHERE (:source IS NULL OR l.source = :source)
    AND l.recorded_us >= :since_us AND l.recorded_us < :until_us
), found AS (
  SELECT id, source, type, identity, recorded_us, tenant, stands FROM stood
  WHERE stands = :stands OR (:stands = 'doubled' AND doubled = 1)
  ORDER BY id DESC LIMIT :limit
)
{page}
