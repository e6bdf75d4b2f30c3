-- A page of the dead letters of one tenant that wait for a decision.
WITH looked AS MATERIALIZED (
  SELECT run_id AS id FROM dead
  WHERE tenant = :tenant AND tenant <> '-' AND resolution IS NULL AND run_id < :before
  ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT {dead_columns}
  FROM looked CROSS JOIN dead AS d ON d.run_id = looked.id CROSS JOIN run AS r ON r.id = looked.id
  WHERE {dead_wanted}
  ORDER BY d.run_id DESC LIMIT :limit
)
{page}
