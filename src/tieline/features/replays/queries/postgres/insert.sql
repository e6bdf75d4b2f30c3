-- Record a replay before its first run.
-- takes: id text, filter text, per_second bigint, as_new_action bigint, planned bigint
-- takes: at_us bigint, would bigint, plan text
INSERT INTO replay (id, filter, per_second, as_new_action, state, cursor, planned, admitted,
                    started_us, moved_us, would, plan)
VALUES (:id, :filter, :per_second, :as_new_action, 'running', '', :planned, 0, :at_us, :at_us,
        :would, :plan)
