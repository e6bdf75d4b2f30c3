-- A page of the runs of one tenant, which the index finds however many others have.
-- takes: first text, before text, look bigint, flow text, state text, since_us bigint
-- takes: until_us bigint, limit bigint, tenant text, waits_kind text, waits_key text
WITH looked AS MATERIALIZED (
  SELECT id FROM run
  WHERE tenant = :tenant AND tenant <> '-' AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked {then_join} run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
