-- A page of the receipts with one verdict other than accepted, which have an index of their own.
-- takes: verdict text, first text, before text, look bigint, source text, since_us bigint
-- takes: until_us bigint, limit bigint, reason text, header text, tenant text
WITH looked AS MATERIALIZED (
  SELECT {receipt_columns}
  FROM receipt AS c
  WHERE verdict <> 'accepted' AND verdict = :verdict AND id >= :first AND id < :before
  ORDER BY id DESC LIMIT :look
), found AS (
  SELECT * FROM looked
  WHERE (:source IS NULL OR source = :source)
    AND (:tenant IS NULL OR tenant = :tenant)
    AND (:reason IS NULL OR {position}(reason, :reason) > 0)
    AND (:header IS NULL OR EXISTS (SELECT 1 FROM receipt AS h WHERE h.id = looked.id
                                      AND {position}({headers_text}, :header) > 0))
    AND received_us >= :since_us AND received_us < :until_us
  ORDER BY id DESC LIMIT :limit
)
{page}
