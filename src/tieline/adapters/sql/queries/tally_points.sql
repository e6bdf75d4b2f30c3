-- The counts of one thing, where nothing has to be added up.
-- takes: start_us bigint, step_us bigint, kind text, name text, base_us bigint
-- takes: until_us bigint
SELECT (at_us - :start_us) / :step_us, word, number, number
FROM tally
WHERE kind = :kind AND name = :name AND step_us = :base_us
  AND at_us >= :start_us AND at_us < :until_us
