-- A page of the tries of one connection that failed, which have an index.
WITH looked AS MATERIALIZED (
  SELECT seq AS id FROM attempt WHERE outcome <> 'done' AND connection = :connection
    AND seq < :before ORDER BY seq DESC LIMIT :look
), found AS (
  SELECT {attempt_columns}
  FROM looked CROSS JOIN attempt AS a ON a.seq = looked.id LEFT JOIN run AS r ON r.id = a.run_id
  WHERE {attempt_wanted}
  ORDER BY a.seq DESC LIMIT :limit
)
{page}
