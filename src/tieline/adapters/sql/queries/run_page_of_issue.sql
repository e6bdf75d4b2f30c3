-- A page of the runs that belong to one issue.
-- takes: issue text, first text, before text, look bigint, flow text, state text
-- takes: since_us bigint, until_us bigint, limit bigint, tenant text, waits_kind text, waits_key text
WITH looked AS MATERIALIZED (
  SELECT subject AS id FROM issue_link
  WHERE issue = :issue AND subject >= :first AND subject < :before
  ORDER BY subject DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked {then_join} run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
