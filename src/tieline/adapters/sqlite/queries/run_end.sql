-- Runs reach a terminal state; the epoch is kept, so that a later retry starts above it.
WITH given (tenant, id, state, at_us, reason, epoch) AS (VALUES {rows})
UPDATE run SET state = given.state, moved_us = given.at_us, reason = given.reason,
               epoch = given.epoch
FROM given WHERE run.id = given.id
