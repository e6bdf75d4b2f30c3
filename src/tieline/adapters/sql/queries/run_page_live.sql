-- A page of the runs that have not ended: the table of work has only those.
-- takes: first text, before text, look bigint, flow text, state text, since_us bigint
-- takes: until_us bigint, limit bigint, tenant text, waits_kind text, waits_key text
WITH looked AS MATERIALIZED (
  SELECT run_id AS id FROM work
  WHERE run_id >= :first AND run_id < :before ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked {then_join} run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
