-- How many dead letters wait for a decision, up to :look; the order has the narrow index taken.
-- takes: look bigint
SELECT count(*)
FROM (SELECT 1 FROM dead WHERE resolution IS NULL ORDER BY run_id LIMIT :look) AS d
