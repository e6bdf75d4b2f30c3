-- The oldest live run of each flow, among the oldest :look; what a person holds has its own sign.
-- takes: look bigint
SELECT flow, min(run_id)
FROM (SELECT flow, run_id, state FROM work ORDER BY run_id LIMIT :look) AS oldest
WHERE state <> 'held' GROUP BY flow ORDER BY flow
