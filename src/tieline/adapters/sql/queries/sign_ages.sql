-- The oldest live run of each flow, among the oldest :look; one that waits as its
-- flow asked it to, or for a person, is none.
-- takes: look bigint
SELECT flow, min(run_id)
FROM (SELECT flow, run_id, state, waits_kind FROM work ORDER BY run_id LIMIT :look) AS oldest
WHERE state <> 'held'
  AND NOT (state = 'waiting' AND coalesce(waits_kind, 'event') IN ('event', 'run'))
GROUP BY flow ORDER BY flow
