-- One replay.
-- takes: id text
SELECT id, filter, per_second, as_new_action, state, cursor, planned, admitted, started_us, moved_us
FROM replay WHERE id = :id
