-- A page of the runs of one replay.
WITH looked AS MATERIALIZED (
  SELECT id FROM run
  WHERE replay_id IS NOT NULL AND replay_id = :replay_id AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked CROSS JOIN run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
