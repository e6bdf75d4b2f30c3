-- How many issues there are, counted up to a limit.
-- takes: most bigint
SELECT count(*) FROM (SELECT 1 FROM issue LIMIT :most) AS counted
