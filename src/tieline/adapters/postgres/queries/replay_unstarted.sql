-- Runs of a replay that nobody has ever claimed, with their lanes.
-- takes: id text
SELECT w.run_id, w.epoch, w.tenant, w.flow, w.lane
FROM run AS r JOIN work AS w ON w.run_id = r.id
WHERE r.replay_id = :id AND w.state = 'ready' AND w.epoch = 0
FOR UPDATE OF w SKIP LOCKED
