-- One operation.
SELECT id, action, filter, state, total, done, refused, cursor, actor, reason, started_us,
       moved_us
FROM operation WHERE id = :id
