-- All flows and connections that somebody holds.
SELECT kind, name, actor, reason, since_us FROM pause ORDER BY kind, name LIMIT 1000
