-- A page of the dead letters of one tenant that wait for a decision.
-- takes: before text, look bigint, flow text, kind text, since_us bigint, until_us bigint
-- takes: limit bigint, issue text, connection text, tenant text
WITH looked AS MATERIALIZED (
  SELECT tenant, run_id AS id FROM dead
  WHERE tenant = :tenant AND tenant <> '-' AND resolution IS NULL AND run_id < :before
  ORDER BY run_id DESC LIMIT :look
), found AS (
  SELECT {dead_columns}
  FROM looked
  JOIN LATERAL (
    SELECT * FROM dead
    WHERE dead.tenant = looked.tenant AND dead.run_id = looked.id OFFSET 0) AS d ON true
  JOIN LATERAL (
    SELECT event_id, lane FROM run
    WHERE run.tenant = looked.tenant AND run.id = looked.id OFFSET 0) AS r ON true
  WHERE {dead_wanted}
  ORDER BY d.run_id DESC LIMIT :limit
)
{page}
