-- Raw requests whose payload was kept for a run that is forgotten now, unless another needs it.
-- rows: event_id text, before_us bigint
UPDATE receipt SET headers = NULL, body = NULL
WHERE id IN (SELECT e.receipt_id FROM {rows} JOIN event AS e ON e.id = given.event_id)
  AND received_us < (SELECT min(before_us) FROM {rows})
  AND (body IS NOT NULL OR headers IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM run AS r LEFT JOIN dead AS d ON d.run_id = r.id
    WHERE r.event_id = receipt.event_id AND r.state NOT IN ('done', 'cancelled')
      AND (r.state <> 'dead' OR d.resolution IS NULL))
