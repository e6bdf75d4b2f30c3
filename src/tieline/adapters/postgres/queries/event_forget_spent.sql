-- Events whose payload was kept for a run that is forgotten now, unless another needs it.
-- rows: tenant text, event_id text, before_us bigint
UPDATE event SET data = NULL
FROM {rows}
WHERE event.tenant = given.tenant AND event.id = given.event_id
  AND event.recorded_us < given.before_us AND event.data IS NOT NULL
  AND NOT EXISTS (
    SELECT 1 FROM run AS r LEFT JOIN dead AS d ON d.tenant = r.tenant AND d.run_id = r.id
    WHERE r.tenant = event.tenant AND r.event_id = event.id AND r.state NOT IN ('done', 'cancelled')
      AND (r.state <> 'dead' OR d.resolution IS NULL))
