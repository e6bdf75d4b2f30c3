-- How many dead runs of an issue wait for a decision, counted up to :look.
-- takes: issue text, look bigint
SELECT count(*) FROM (
  SELECT 1 FROM dead
  WHERE issue = :issue AND issue IS NOT NULL AND resolution IS NULL LIMIT :look) AS waiting
