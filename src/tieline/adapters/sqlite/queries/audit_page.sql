-- A page of what people did, newest first.
SELECT {audit_columns} FROM audit AS a
WHERE seq < :before AND at_us >= :since_us AND at_us < :until_us
ORDER BY seq DESC LIMIT :limit
