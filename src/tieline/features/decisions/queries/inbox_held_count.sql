-- How many held runs are of one kind, among the :look that are held longest.
-- takes: look bigint, doubt bigint
SELECT coalesce(sum(CASE WHEN (CASE WHEN doubt_step IS NULL THEN 0 ELSE 1 END) = :doubt
                         THEN 1 ELSE 0 END), 0), count(*)
FROM (SELECT doubt_step FROM work WHERE state = 'held' ORDER BY held_us, run_id LIMIT :look) AS h
