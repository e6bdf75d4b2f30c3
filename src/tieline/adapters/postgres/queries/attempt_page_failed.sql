-- A page of the tries of one connection that failed, which have an index.
-- takes: before bigint, look bigint, connection text, flow text, outcome text, since_us bigint
-- takes: until_us bigint, limit bigint
WITH looked AS MATERIALIZED (
  SELECT seq AS id FROM attempt WHERE outcome <> 'done' AND connection = :connection
    AND seq < :before ORDER BY seq DESC LIMIT :look
), found AS (
  SELECT {attempt_columns}
  FROM looked JOIN attempt AS a ON a.seq = looked.id
  LEFT JOIN LATERAL (
    SELECT flow, event_id FROM run
    WHERE run.tenant = a.tenant AND run.id = a.run_id OFFSET 0) AS r ON true
  WHERE {attempt_wanted}
  ORDER BY a.seq DESC LIMIT :limit
)
{page}
