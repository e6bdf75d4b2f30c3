-- A page of the runs that belong to one issue.
WITH looked AS MATERIALIZED (
  SELECT subject AS id FROM issue_link
  WHERE issue = :issue AND subject >= :first AND subject < :before
  ORDER BY subject DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked CROSS JOIN run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
