-- A page of issues, the latest failure first; :look of them are looked at and no more.
-- takes: before_us bigint, before_id text, look bigint, states text, flow text, connection text
-- takes: needs bigint, source text, kind text, since_us bigint, until_us bigint, limit bigint
-- takes: tenant text
WITH looked AS MATERIALIZED (
  SELECT id, last_us FROM issue WHERE (last_us, id) < (:before_us, :before_id)
  ORDER BY last_us DESC, id DESC LIMIT :look
), judged AS (
  SELECT i.id, i.last_us, i.needs
  FROM looked JOIN issue_judged AS i ON i.id = looked.id
  WHERE (:states IS NULL OR i.state IN (SELECT jsonb_array_elements_text(:states::jsonb)))
    AND (:flow IS NULL OR i.flow = :flow
         OR (i.flow IS NULL AND i.source IS NULL
             AND EXISTS (SELECT 1 FROM (SELECT subject FROM issue_link WHERE issue = i.id
                                        LIMIT 1000) AS met
                         JOIN run AS r ON r.id = met.subject WHERE r.flow = :flow)))
    AND (:connection IS NULL OR i.connection = :connection)
    AND (:source IS NULL OR i.source = :source)
    AND (:kind IS NULL OR i.kind = :kind)
    AND (:tenant IS NULL OR EXISTS (SELECT 1 FROM issue_link AS t
                                    WHERE t.issue = i.id AND t.tenant = :tenant
                                      AND t.tenant <> '-'))
    AND i.last_us >= :since_us AND i.last_us < :until_us
), chosen AS MATERIALIZED (
  SELECT * FROM judged WHERE (:needs IS NULL OR CASE WHEN needs THEN 1 ELSE 0 END = :needs)
  ORDER BY last_us DESC, id DESC LIMIT :limit
), found AS (
  SELECT {issue_columns}, chosen.needs AS needs_person
  FROM chosen JOIN issue AS i ON i.id = chosen.id
)
SELECT seen.count, seen.last_us, seen.last, found.*
FROM (SELECT count(*) AS count, min(last_us) AS last_us,
             (SELECT id FROM looked ORDER BY last_us, id LIMIT 1) AS last FROM looked) AS seen
LEFT JOIN found ON true
ORDER BY found.last_us DESC, found.id DESC
