-- Clear away answers whose time is over, a bite of them.
-- takes: before_us bigint, limit bigint
DELETE FROM kept_answer
WHERE (actor, key) IN (
  SELECT actor, key FROM kept_answer WHERE at_us < :before_us ORDER BY at_us LIMIT :limit)
