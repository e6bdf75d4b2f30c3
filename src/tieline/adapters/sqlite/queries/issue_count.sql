-- How many issues there are, counted up to a limit.
SELECT count(*) FROM (SELECT 1 FROM issue LIMIT :most)
