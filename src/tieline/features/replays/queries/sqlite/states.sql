-- In which states the runs of a replay are, among the first :look of them.
SELECT state, count(*) FROM (
  SELECT state FROM run WHERE replay_id IS NOT NULL AND replay_id = :id ORDER BY id LIMIT :look)
GROUP BY state ORDER BY state
