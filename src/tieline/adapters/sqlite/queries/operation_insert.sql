-- Record an operation before its first bite.
INSERT INTO operation (id, action, filter, state, total, done, refused, cursor, actor, reason,
                       started_us, moved_us, would, plan)
VALUES (:id, :action, :filter, 'running', :total, 0, 0, '', :actor, :reason, :at_us, :at_us,
        :would, :plan)
