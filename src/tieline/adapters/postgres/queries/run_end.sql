-- Runs reach a terminal state; the epoch is kept, so that a later retry starts above it. Who has
-- their work locked is the only one who does that.
-- rows: tenant text, id text, state text, at_us bigint, reason text, epoch bigint
UPDATE run SET state = given.state, moved_us = given.at_us, reason = given.reason,
               epoch = given.epoch
FROM {rows}
CROSS JOIN LATERAL (
  SELECT r.ctid FROM run AS r
  WHERE r.tenant = given.tenant AND r.id = given.id OFFSET 0) AS place
WHERE run.ctid = place.ctid
