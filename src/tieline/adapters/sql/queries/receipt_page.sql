-- A page of receipts, newest first; however rare a match is, :look rows are looked at and no more.
-- takes: first text, before text, look bigint, source text, verdict text, since_us bigint
-- takes: until_us bigint, limit bigint, reason text, header text, tenant text
WITH looked AS MATERIALIZED (
  SELECT {receipt_columns}
  FROM receipt AS c WHERE id >= :first AND id < :before ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:source IS NULL OR source = :source)
    AND (:tenant IS NULL OR tenant = :tenant)
    AND (:reason IS NULL OR {position}(reason, :reason) > 0)
    AND (:header IS NULL OR EXISTS (SELECT 1 FROM receipt AS h WHERE h.id = looked.id
                                      AND {position}({headers_text}, :header) > 0))
    AND (:verdict IS NULL OR verdict = :verdict)
    AND received_us >= :since_us AND received_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
{page}
