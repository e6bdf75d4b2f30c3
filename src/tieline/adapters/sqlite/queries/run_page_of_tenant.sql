-- A page of the runs of one tenant, which the index finds however many others have.
WITH looked AS MATERIALIZED (
  SELECT id FROM run
  WHERE tenant = :tenant AND tenant <> '-' AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked CROSS JOIN run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
