-- Runs move to another live state.
-- rows: id text, state text, at_us bigint, reason text
UPDATE run SET state = given.state, moved_us = given.at_us, reason = given.reason
FROM {rows} WHERE run.id = given.id
