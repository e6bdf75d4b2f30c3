-- Forget issues that are mended and did not fail for long; the oldest are looked at.
-- takes: before_us bigint, limit bigint
DELETE FROM issue
WHERE id IN (SELECT id FROM issue WHERE last_us < :before_us ORDER BY last_us, id LIMIT :limit)
  AND state = 'resolved'
