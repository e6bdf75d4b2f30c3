-- Runs of a replay that nobody has started.
SELECT w.run_id, w.epoch FROM work AS w CROSS JOIN run AS r ON r.id = w.run_id
WHERE w.priority = 9 AND w.state = 'ready' AND r.replay_id = :id
