-- The next events that a replay wants, of those that belong to an issue; each of them once, by the
-- first of its runs there.
-- takes: issue text, after text, look bigint, source text, type text, prefix text
-- takes: since_us bigint, until_us bigint, states text, flow text, limit bigint, kind text
-- takes: connection text, tenant text
WITH looked AS MATERIALIZED (
  SELECT subject AS id, event_id FROM issue_link
  WHERE issue = :issue AND subject > :after ORDER BY subject LIMIT :look
), found AS (
  SELECT {event_whole}, CASE WHEN e.data IS NULL THEN c.body END,
         coalesce((SELECT max(r.generation) FROM run AS r
                  WHERE r.tenant = e.tenant AND r.event_id = e.id), 0),
         {kept_aside} AND {undecided},
         looked.id AS subject
  FROM looked JOIN event AS e ON e.id = looked.event_id
  LEFT JOIN receipt AS c ON c.id = e.receipt_id
  WHERE NOT EXISTS (SELECT 1 FROM run AS r JOIN issue_link AS k ON k.subject = r.id
                    WHERE r.tenant = e.tenant AND r.event_id = e.id AND r.id < looked.id
                      AND k.issue = :issue)
    AND {replay_wanted}
  ORDER BY looked.id LIMIT :limit
)
{slice}
ORDER BY found.subject
