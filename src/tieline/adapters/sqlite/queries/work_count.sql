-- How much work there is by flow and state, among the oldest :look rows.
SELECT flow, state, behind, count(*)
FROM (SELECT flow, state, behind FROM work ORDER BY run_id LIMIT :look)
GROUP BY flow, state, behind
