-- Raw requests whose payload was kept for a run that is forgotten now, unless another needs it.
WITH given (tenant, event_id, before_us) AS (VALUES {rows})
UPDATE receipt SET headers = NULL, body = NULL
WHERE id IN (SELECT e.receipt_id FROM given CROSS JOIN event AS e ON e.id = given.event_id)
  AND received_us < (SELECT min(before_us) FROM given)
  AND (body IS NOT NULL OR headers IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM run AS r LEFT JOIN dead AS d ON d.run_id = r.id
    WHERE r.event_id = receipt.event_id AND r.state NOT IN ('done', 'cancelled')
      AND (r.state <> 'dead' OR d.resolution IS NULL))
