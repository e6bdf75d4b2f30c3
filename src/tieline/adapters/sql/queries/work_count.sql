-- How much work there is by flow and state, among the oldest :look rows.
-- takes: look bigint
SELECT flow, state, behind, count(*)
FROM (SELECT flow, state, behind FROM work ORDER BY run_id LIMIT :look) AS oldest
GROUP BY flow, state, behind
