-- What people did to these things, a bounded number.
WITH given (subject) AS (VALUES {rows})
SELECT {audit_columns}
FROM given CROSS JOIN audit AS a ON a.subject = given.subject
ORDER BY a.seq LIMIT 500
