-- A page of the deliveries in quarantine, with what was decided about each.
-- takes: first text, before text, look bigint, source text, reason text, header text, decided bigint
-- takes: issue text, since_us bigint, until_us bigint, limit bigint, tenant text
WITH looked AS MATERIALIZED (
  SELECT {receipt_columns}
  FROM receipt AS c
  WHERE verdict <> 'accepted' AND verdict = 'quarantined' AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT l.*, d.decision FROM looked AS l LEFT JOIN receipt_decision AS d ON d.receipt_id = l.id
  WHERE (:source IS NULL OR l.source = :source)
    AND (:tenant IS NULL OR l.tenant = :tenant)
    AND (:reason IS NULL OR {position}(l.reason, :reason) > 0)
    AND (:header IS NULL OR EXISTS (SELECT 1 FROM receipt AS h WHERE h.id = l.id
                                      AND {position}({headers_text}, :header) > 0))
    AND (:decided IS NULL OR CASE WHEN d.receipt_id IS NULL THEN 0 ELSE 1 END = :decided)
    AND (:issue IS NULL
         OR EXISTS (SELECT 1 FROM issue_link AS k WHERE k.issue = :issue AND k.subject = l.id))
    AND l.received_us >= :since_us AND l.received_us < :until_us
  ORDER BY l.id DESC LIMIT :limit
)
{page}
