-- Runs move to another live state. Who has their work locked is the only one who does that.
-- rows: tenant text, id text, state text, at_us bigint, reason text
UPDATE run SET state = given.state, moved_us = given.at_us, reason = given.reason
FROM {rows}
CROSS JOIN LATERAL (
  SELECT r.ctid FROM run AS r
  WHERE r.tenant = given.tenant AND r.id = given.id OFFSET 0) AS place
WHERE run.ctid = place.ctid
