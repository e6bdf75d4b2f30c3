-- Events whose payload was kept for a run that is forgotten now, unless another needs it.
WITH given (tenant, event_id, before_us) AS (VALUES {rows})
UPDATE event SET data = NULL
FROM given
WHERE event.id = given.event_id AND event.recorded_us < given.before_us AND event.data IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM run AS r LEFT JOIN dead AS d ON d.run_id = r.id
    WHERE r.event_id = event.id AND r.state NOT IN ('done', 'cancelled')
      AND (r.state <> 'dead' OR d.resolution IS NULL))
