-- How many effects were made for these events, by flow; the same effect in two runs counts once.
-- rows: id text
SELECT r.event_id, r.flow, count(DISTINCT s.effect_key)
FROM {rows} JOIN run AS r ON r.event_id = given.id
JOIN step AS s ON s.tenant = r.tenant AND s.run_id = r.id
WHERE s.effect_key IS NOT NULL AND s.state = 'done'
GROUP BY r.event_id, r.flow
