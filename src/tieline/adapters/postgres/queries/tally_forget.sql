-- Forget old counts of these things, some at a time.
-- rows: kind text, name text, step_us bigint, before_us bigint
WITH old AS MATERIALIZED (
  SELECT t.ctid FROM {rows} JOIN tally AS t ON t.kind = given.kind AND t.name = given.name
    AND t.step_us = given.step_us AND t.at_us < given.before_us
  LIMIT 20000)
DELETE FROM tally USING old WHERE tally.ctid = old.ctid
