-- What people did to these things, a bounded number.
-- rows: subject text
SELECT {audit_columns}
FROM {rows} JOIN audit AS a ON a.subject = given.subject
ORDER BY a.seq LIMIT 500
