-- How many dead letters wait for a decision, by flow, among the oldest :look rows.
-- takes: look bigint
SELECT flow, count(*)
FROM (SELECT flow FROM dead WHERE resolution IS NULL ORDER BY run_id LIMIT :look) AS oldest
GROUP BY flow
