-- A page of tries, newest first; however rare a match is, :look of them are looked at.
WITH looked AS MATERIALIZED (
  SELECT seq AS id FROM attempt WHERE seq < :before ORDER BY seq DESC LIMIT :look
), found AS (
  SELECT {attempt_columns}
  FROM looked CROSS JOIN attempt AS a ON a.seq = looked.id LEFT JOIN run AS r ON r.id = a.run_id
  WHERE {attempt_wanted}
  ORDER BY a.seq DESC LIMIT :limit
)
{page}
