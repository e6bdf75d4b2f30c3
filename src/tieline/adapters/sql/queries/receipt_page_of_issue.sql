-- A page of the deliveries that belong to one issue, with what was decided about each.
-- takes: issue text, first text, before text, look bigint, source text, verdict text
-- takes: reason text, header text, since_us bigint, until_us bigint, limit bigint, tenant text
WITH looked AS MATERIALIZED (
  SELECT {receipt_columns}
  FROM (SELECT subject FROM issue_link
        WHERE issue = :issue AND subject >= :first AND subject < :before
        ORDER BY subject DESC LIMIT :look) AS l
  {then_join} receipt AS c ON c.id = l.subject
), found AS (
  SELECT l.*, d.decision FROM looked AS l LEFT JOIN receipt_decision AS d ON d.receipt_id = l.id
  WHERE (:source IS NULL OR l.source = :source)
    AND (:tenant IS NULL OR l.tenant = :tenant)
    AND (:reason IS NULL OR {position}(l.reason, :reason) > 0)
    AND (:header IS NULL OR EXISTS (SELECT 1 FROM receipt AS h WHERE h.id = l.id
                                      AND {position}({headers_text}, :header) > 0))
    AND (:verdict IS NULL OR l.verdict = :verdict)
    AND l.received_us >= :since_us AND l.received_us < :until_us
  ORDER BY l.id DESC LIMIT :limit
)
{page}
