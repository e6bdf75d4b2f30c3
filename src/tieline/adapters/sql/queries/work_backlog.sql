-- What is ready to run or behind in its lane, by flow, among the oldest :look.
-- takes: look bigint
SELECT flow, count(*), min(run_id)
FROM (SELECT flow, run_id, state FROM work ORDER BY run_id LIMIT :look) AS oldest
WHERE state = 'ready' GROUP BY flow ORDER BY flow
