-- Record an operation before its first bite.
-- takes: id text, action text, filter text, total bigint, actor text, reason text, at_us bigint
-- takes: would bigint, plan text
INSERT INTO operation (id, action, filter, state, total, done, refused, cursor, actor, reason,
                       started_us, moved_us, would, plan)
VALUES (:id, :action, :filter, 'running', :total, 0, 0, '', :actor, :reason, :at_us, :at_us,
        :would, :plan)
