-- Alerts as they stand now.
-- rows: key text, kind text, subject text, owner text, reason text, state text
-- rows: since_us bigint, fired_us bigint, clear_us bigint, ended_us bigint, told_us bigint
INSERT INTO alert (key, kind, subject, owner, reason, state, since_us, fired_us, clear_us, ended_us, told_us)
SELECT key, kind, subject, owner, reason, state, since_us, fired_us, clear_us, ended_us, told_us
FROM {rows}
ON CONFLICT (key) DO UPDATE
SET owner = excluded.owner, reason = excluded.reason, state = excluded.state,
    since_us = excluded.since_us, fired_us = excluded.fired_us, clear_us = excluded.clear_us,
    ended_us = excluded.ended_us, told_us = excluded.told_us
