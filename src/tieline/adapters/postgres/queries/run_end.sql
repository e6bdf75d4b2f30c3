-- Runs reach a terminal state; the epoch is kept, so that a later retry starts above it.
-- rows: id text, state text, at_us bigint, reason text, epoch bigint
UPDATE run SET state = given.state, moved_us = given.at_us, reason = given.reason,
               epoch = given.epoch
FROM {rows} WHERE run.id = given.id
