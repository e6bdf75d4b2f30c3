-- A page of the live runs that wait for one thing, such as a connection.
-- takes: first text, before text, look bigint, flow text, state text
-- takes: since_us bigint, until_us bigint, limit bigint, tenant text, waits_kind text, waits_key text
WITH looked AS MATERIALIZED (
  SELECT run_id AS id FROM work
  WHERE waits_kind IS NOT NULL AND waits_kind = :waits_kind AND waits_key = :waits_key
    AND run_id >= :first AND run_id < :before
  ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked {then_join} run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
