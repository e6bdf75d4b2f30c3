-- Runs of a replay that nobody has ever claimed, with their lanes.
-- takes: id text
SELECT w.tenant, w.run_id, w.epoch, w.flow, w.lane
FROM run AS r
CROSS JOIN LATERAL (
  SELECT * FROM work
  WHERE work.tenant = r.tenant AND work.run_id = r.id OFFSET 0 FOR UPDATE SKIP LOCKED) AS w
WHERE r.replay_id = :id AND w.state = 'ready' AND w.epoch = 0
