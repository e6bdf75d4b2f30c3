-- A page of the runs of one replay.
-- takes: replay_id text, first text, before text, look bigint, flow text, state text
-- takes: since_us bigint, until_us bigint, limit bigint, tenant text, waits_kind text, waits_key text
WITH looked AS MATERIALIZED (
  SELECT id FROM run
  WHERE replay_id IS NOT NULL AND replay_id = :replay_id AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT {run_columns}
  FROM looked {then_join} run AS r ON r.id = looked.id {run_work}
  WHERE {run_wanted}
  ORDER BY r.id DESC LIMIT :limit
)
{page}
