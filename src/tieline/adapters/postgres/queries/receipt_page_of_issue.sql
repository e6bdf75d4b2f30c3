-- A page of the deliveries that belong to one issue.
-- takes: issue text, first text, before text, look bigint, source text, verdict text
-- takes: reason text, since_us bigint, until_us bigint, limit bigint, tenant text
WITH looked AS MATERIALIZED (
  SELECT {receipt_columns}
  FROM (SELECT subject FROM issue_link
        WHERE issue = :issue AND subject >= :first AND subject < :before
        ORDER BY subject DESC LIMIT :look) AS l
  JOIN receipt AS c ON c.id = l.subject
), found AS (
  SELECT * FROM looked
  WHERE (:source IS NULL OR source = :source)
    AND (:tenant IS NULL OR tenant = :tenant)
    AND (:reason IS NULL OR strpos(reason, :reason) > 0)
    AND (:verdict IS NULL OR verdict = :verdict)
    AND received_us >= :since_us AND received_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
{page}
