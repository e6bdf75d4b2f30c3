-- A page of the dead letters that wait for a decision; most are decided, so these have an index.
WITH looked AS MATERIALIZED (
  SELECT run_id AS id FROM dead
  WHERE resolution IS NULL AND run_id < :before ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT {dead_columns}
  FROM looked CROSS JOIN dead AS d ON d.run_id = looked.id CROSS JOIN run AS r ON r.id = looked.id
  WHERE {dead_wanted}
  ORDER BY d.run_id DESC LIMIT :limit
)
{page}
