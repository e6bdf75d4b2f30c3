-- Old raw requests lose headers and body; the row stays as history. Whoever is still at work on
-- one, or may have to go back to it, needs it.
-- takes: after bigint, last bigint
UPDATE receipt SET headers = NULL, body = NULL
WHERE seq > :after AND seq <= :last AND (body IS NOT NULL OR headers IS NOT NULL)
  AND NOT EXISTS (
    SELECT 1 FROM run AS r LEFT JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
    WHERE r.tenant = receipt.tenant AND r.event_id = receipt.event_id
      AND r.state NOT IN ('done', 'cancelled')
      AND (r.state <> 'dead' OR d.resolution IS NULL))
