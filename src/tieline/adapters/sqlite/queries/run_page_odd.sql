-- A page of the runs that are held, dead or cancelled, which have an index of their own.
WITH looked AS MATERIALIZED (
  SELECT id FROM run
  WHERE state IN ('held', 'dead', 'cancelled') AND state = :state AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked CROSS JOIN run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
