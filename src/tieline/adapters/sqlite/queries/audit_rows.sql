-- What people did to these things, a bounded number.
WITH given (subject) AS (VALUES {rows})
SELECT a.seq, a.at_us, a.actor, a.action, a.subject, a.reason, a.previous, a.hash
FROM given CROSS JOIN audit AS a ON a.subject = given.subject
ORDER BY a.seq LIMIT 500
