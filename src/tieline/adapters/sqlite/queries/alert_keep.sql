-- Alerts as they stand now.
INSERT INTO alert (key, kind, subject, owner, reason, state, since_us, fired_us, clear_us, ended_us, told_us)
VALUES {rows}
ON CONFLICT (key) DO UPDATE
SET owner = excluded.owner, reason = excluded.reason, state = excluded.state,
    since_us = excluded.since_us, fired_us = excluded.fired_us, clear_us = excluded.clear_us,
    ended_us = excluded.ended_us, told_us = excluded.told_us
