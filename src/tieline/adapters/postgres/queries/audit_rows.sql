-- What people did to these things, a bounded number.
-- rows: subject text
SELECT a.seq, a.at_us, a.actor, a.action, a.subject, a.reason, a.previous, a.hash
FROM {rows} JOIN audit AS a ON a.subject = given.subject
ORDER BY a.seq LIMIT 500
