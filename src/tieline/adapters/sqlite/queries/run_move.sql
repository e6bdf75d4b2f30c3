-- Runs move to another live state.
WITH given (tenant, id, state, at_us, reason) AS (VALUES {rows})
UPDATE run SET state = given.state, moved_us = given.at_us, reason = given.reason
FROM given WHERE run.id = given.id
