-- The next events that a replay wants, oldest first, among the next :look of all events.
-- Wanted for the state of a run of it (in its flow, if one is named) or its receipt's verdict.
-- takes: after text, first text, end text, look bigint, source text, type text, prefix text
-- takes: since_us bigint, until_us bigint, states text, flow text, limit bigint, kind text
-- takes: connection text
WITH looked AS MATERIALIZED (
  SELECT tenant, id FROM event
  WHERE id > :after AND id >= :first AND id < :end ORDER BY id LIMIT :look
), found AS (
  SELECT e.id, e.tenant, e.source, e.type, e.identity, e.recorded_us, e.correlation, e.traceparent,
         e.receipt_id, e.cause, e.contract, e.data, CASE WHEN e.data IS NULL THEN c.body END,
         coalesce((SELECT max(r.generation) FROM run AS r
                  WHERE r.tenant = e.tenant AND r.event_id = e.id), 0)
  FROM looked JOIN event AS e ON e.tenant = looked.tenant AND e.id = looked.id
  LEFT JOIN receipt AS c ON c.tenant = e.tenant AND c.id = e.receipt_id
  WHERE (:source IS NULL OR e.source = :source)
    AND (:type IS NULL OR e.type = :type)
    AND (:prefix IS NULL OR substr(e.type, 1, length(:prefix)) = :prefix)
    AND e.recorded_us >= :since_us AND e.recorded_us < :until_us
    AND (:states IS NULL
         OR c.verdict IN (SELECT jsonb_array_elements_text(:states::jsonb))
            AND NOT EXISTS (SELECT 1 FROM receipt_decision AS k WHERE k.receipt_id = c.id)
         OR EXISTS (SELECT 1 FROM run AS r
                    WHERE r.tenant = e.tenant AND r.event_id = e.id
                      AND (:flow IS NULL OR r.flow = :flow)
                      AND r.state IN (SELECT jsonb_array_elements_text(:states::jsonb))))
    AND (:kind IS NULL AND :connection IS NULL
         OR EXISTS (SELECT 1 FROM run AS r JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
                    WHERE r.tenant = e.tenant AND r.event_id = e.id
                      AND (:flow IS NULL OR r.flow = :flow)
                      AND d.resolution IS NULL
                      AND (:kind IS NULL OR d.kind = :kind)
                      AND (:connection IS NULL OR d.connection = :connection)))
  ORDER BY e.id LIMIT :limit
)
SELECT seen.count, seen.last, found.*
FROM (SELECT count(*) AS count, max(id) AS last FROM looked) AS seen LEFT JOIN found ON true
ORDER BY found.id
