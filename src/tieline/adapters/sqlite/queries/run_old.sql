-- Finished runs older than a time, oldest first; dead ones only once somebody has decided them.
SELECT r.id FROM run AS r LEFT JOIN dead AS d ON d.run_id = r.id
WHERE r.created_us < :before_us AND r.moved_us < :before_us
  AND (r.state IN ('done', 'cancelled') OR (r.state = 'dead' AND d.resolution IS NOT NULL))
ORDER BY r.id LIMIT :limit
