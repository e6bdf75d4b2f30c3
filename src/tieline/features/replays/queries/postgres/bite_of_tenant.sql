-- The next events of one tenant that a replay wants, oldest first, among its next :look.
-- Wanted for the state of a run of it (in its flow, if one is named) or its receipt's verdict.
-- takes: after text, first text, end text, look bigint, source text, type text, prefix text
-- takes: since_us bigint, until_us bigint, states text, flow text, limit bigint, kind text
-- takes: connection text, tenant text
WITH looked AS MATERIALIZED (
  SELECT tenant, id FROM event
  WHERE tenant = :tenant AND tenant <> '-' AND id > :after AND id >= :first AND id < :end
  ORDER BY id LIMIT :look
), found AS (
  SELECT {event_whole}, CASE WHEN e.data IS NULL THEN c.body END,
         coalesce((SELECT max(r.generation) FROM run AS r
                  WHERE r.tenant = e.tenant AND r.event_id = e.id), 0),
         {kept_aside} AND {undecided}
  FROM looked JOIN event AS e ON e.tenant = looked.tenant AND e.id = looked.id
  LEFT JOIN receipt AS c ON c.id = e.receipt_id
  WHERE {replay_wanted}
  ORDER BY e.id LIMIT :limit
)
{slice}
ORDER BY found.id
