-- A page of the dead letters that somebody has decided.
WITH looked AS MATERIALIZED (
  SELECT run_id AS id FROM dead
  WHERE resolution IS NOT NULL AND run_id < :before ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT {dead_columns}
  FROM looked CROSS JOIN dead AS d ON d.run_id = looked.id CROSS JOIN run AS r ON r.id = looked.id
  WHERE {dead_wanted}
  ORDER BY d.run_id DESC LIMIT :limit
)
{page}
