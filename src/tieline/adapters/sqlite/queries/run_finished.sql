-- Which of these runs have been finished for long; dead ones only once somebody has decided them.
SELECT r.tenant, r.id, r.event_id FROM run AS r LEFT JOIN dead AS d ON d.run_id = r.id
WHERE r.id > :after AND r.id <= :last AND r.moved_us < :before_us
  AND (r.state IN ('done', 'cancelled') OR (r.state = 'dead' AND d.resolution IS NOT NULL))
