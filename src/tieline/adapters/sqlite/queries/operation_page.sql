-- A page of operations, newest first.
SELECT id, action, filter, state, total, done, refused, cursor, actor, reason, started_us,
       moved_us
FROM operation WHERE id < :before AND (:state IS NULL OR state = :state)
ORDER BY id DESC LIMIT :limit
