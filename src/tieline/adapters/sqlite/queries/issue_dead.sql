-- How many dead runs of an issue wait for a decision, counted up to :look.
SELECT count(*) FROM (
  SELECT 1 FROM dead
  WHERE issue = :issue AND issue IS NOT NULL AND resolution IS NULL LIMIT :look)
