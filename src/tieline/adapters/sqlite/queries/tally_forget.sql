-- Forget old counts of these things, some at a time.
WITH given (kind, name, step_us, before_us) AS (VALUES {rows})
DELETE FROM tally WHERE (kind, name, step_us, at_us, word) IN (
  SELECT t.kind, t.name, t.step_us, t.at_us, t.word
  FROM given CROSS JOIN tally AS t ON t.kind = given.kind AND t.name = given.name
    AND t.step_us = given.step_us AND t.at_us < given.before_us
  LIMIT 20000)
