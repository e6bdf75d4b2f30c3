-- Record a replay before its first run.
INSERT INTO replay (id, filter, per_second, as_new_action, state, cursor, planned, admitted,
                    started_us, moved_us, would, plan)
VALUES (:id, :filter, :per_second, :as_new_action, 'running', '', :planned, 0, :at_us, :at_us,
        :would, :plan)
