-- The oldest live run of each flow, among the oldest :look; one that sleeps, or that a person holds, is none.
SELECT flow, min(run_id)
FROM (SELECT flow, run_id, state, waits_on FROM work ORDER BY run_id LIMIT :look) AS oldest
WHERE state <> 'held' AND NOT (state = 'waiting' AND waits_on IS NULL)
GROUP BY flow ORDER BY flow
