-- Runs of a replay that nobody has ever claimed, with their lanes.
SELECT w.tenant, w.run_id, w.epoch, w.flow, w.lane
FROM run AS r CROSS JOIN work AS w ON w.run_id = r.id
WHERE r.replay_id = :id AND w.state = 'ready' AND w.epoch = 0
