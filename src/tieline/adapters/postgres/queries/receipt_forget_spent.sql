-- Raw requests whose payload was kept for a run that is forgotten now, unless another needs it.
-- rows: tenant text, event_id text, before_us bigint
UPDATE receipt SET headers = NULL, body = NULL
WHERE (tenant, id) IN (SELECT e.tenant, e.receipt_id FROM {rows}
                       JOIN event AS e ON e.tenant = given.tenant AND e.id = given.event_id)
  AND received_us < (SELECT min(before_us) FROM {rows})
  AND (body IS NOT NULL OR headers IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM run AS r LEFT JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
    WHERE r.tenant = receipt.tenant AND r.event_id = receipt.event_id
      AND r.state NOT IN ('done', 'cancelled')
      AND (r.state <> 'dead' OR d.resolution IS NULL))
